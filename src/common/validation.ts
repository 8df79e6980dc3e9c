/** Validates bodies and parameters against their DTO; values are never coerced. */
import {
  type ArgumentMetadata,
  applyDecorators,
  Body,
  Injectable,
  type PipeTransform,
  ValidationPipe,
} from '@nestjs/common';
import { IsString, MaxLength, MinLength, ValidateBy, ValidateIf, type ValidationError } from 'class-validator';
import type { FieldError } from '../protocol/errors';
import { AppError, invalidField } from './app-error';
import { requireWithinBounds } from './raw-bounds';

function flatten(errors: ValidationError[], prefix = ''): FieldError[] {
  return errors.flatMap((error) => {
    const field = prefix + error.property;
    const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
    return [...own, ...flatten(error.children ?? [], `${field}.`)];
  });
}

/** Deeper than any valid body. Validation recurses, so deep bodies could exhaust the stack. */
const MAX_DEPTH = 16;

/** More than any valid body has; the answer would name each unknown field. */
const MAX_FIELDS = 64;

function isTooDeep(body: unknown): boolean {
  let layer = [body];
  for (let level = 0; level < MAX_DEPTH; level++) {
    layer = layer.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return layer.length > 0;
}

/** Rejects buffers (which sockets can send), lists, and keys that would affect the prototype. */
function isPlainObject(body: object): boolean {
  const prototype: unknown = typeof body === 'object' ? Object.getPrototypeOf(body) : undefined;
  const reservedKeys = ['__proto__', 'constructor', 'prototype'];
  return (
    (prototype === Object.prototype || prototype === null) && !reservedKeys.some((name) => Object.hasOwn(body, name))
  );
}

/** Validates bodies: unknown fields and wrong types are rejected, nothing is coerced. */
@Injectable()
export class BodyPipe implements PipeTransform {
  private readonly pipe = new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    stopAtFirstError: true,
    exceptionFactory: (errors: ValidationError[]) => new AppError('VALIDATION_ERROR', { details: flatten(errors) }),
  });

  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    if (metadata.type !== 'body') return value;
    const body: object = value ?? {};
    if (!isPlainObject(body)) throw invalidField('body', 'The body must be a JSON object');
    if (Object.keys(body).length > MAX_FIELDS) throw invalidField('body', 'The body has too many fields');
    if (isTooDeep(body)) throw invalidField('body', 'The body is nested too deeply');
    if (metadata.metatype) requireWithinBounds(body, metadata.metatype);
    return this.pipe.transform(body, metadata);
  }
}

/**
 * The body, validated against the DTO that is its type. Applied to the parameter: Nest runs a pipe of a whole route for
 * every parameter, and awaits a promise for each.
 */
export const CheckedBody = () => Body(BodyPipe);

/** Parses an id in the path. */
@Injectable()
export class IdPipe implements PipeTransform<string, number> {
  transform(value: string, { data }: ArgumentMetadata): number {
    if (!/^\d{1,15}$/.test(value)) throw invalidField(data ?? 'id', 'must be a whole number');
    return Number(value);
  }
}

/** A check of our own. @param message may name the field as `$property` */
export const Satisfies = (name: string, validate: (value: unknown) => boolean, message: string) =>
  ValidateBy({ name, validator: { validate, defaultMessage: () => message } });

/** Text that every database and page can hold: no control characters except tab and line breaks, no lone surrogates. */
export const isPlainText = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed() && !/[^\P{Cc}\t\n\r]/u.test(value);

/** A text of `min` to `max` UTF-16 units. */
export const IsText = (min: number, max: number) =>
  applyDecorators(
    IsString(),
    Satisfies('isPlainText', isPlainText, '$property must not hold control characters'),
    MinLength(min),
    MaxLength(max),
  );

/** The field may be omitted; null is not accepted. */
export const Omittable = () => ValidateIf((_: object, value: unknown) => value !== undefined);
