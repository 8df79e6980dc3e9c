import { HttpException } from '@nestjs/common';
import { QueryFailedError, TypeORMError } from 'typeorm';
import type { ErrorCode } from '../protocol/errors';
import { AppError, invalidField } from './app-error';

/** Error codes for the framework's own exceptions, by status; other 4xx become VALIDATION_ERROR. */
const BY_STATUS: Record<number, ErrorCode> = {
  404: 'NOT_FOUND',
  405: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/** Maps any thrown value to the error table; unknown errors become GENERIC_ERROR, without details. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof QueryFailedError || error instanceof TypeORMError) {
    return new AppError('DATABASE_OPERATION_ERROR', { cause: error });
  }
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const code = BY_STATUS[status];
    return code ? new AppError(code, { cause: error }) : invalidField('request', 'The request could not be read');
  }
  return new AppError('GENERIC_ERROR', { cause: error });
}
