/** Paging of lists: `?limit=`, and the position where the last page ended. */
import { invalidField } from './app-error';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;

/** @throws AppError VALIDATION_ERROR */
export function wholeNumber(field: string, text: unknown): number | undefined {
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || !/^[1-9]\d{0,14}$/.test(text)) {
    throw invalidField(field, `${field} must be a whole number above 0`);
  }
  return Number(text);
}

/** The requested page size, at most MAX_PAGE_SIZE. @throws AppError VALIDATION_ERROR */
export function pageSize(text: unknown): number {
  return Math.min(wholeNumber('limit', text) ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
}
