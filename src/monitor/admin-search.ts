/** Normalises an administrator's search text in the same way as user names. */
import { invalidField } from '../common/app-error';
import { normalise } from '../common/normalise';

/** @throws AppError VALIDATION_ERROR */
export function readSearch(query: unknown): string | undefined {
  if (query === undefined || query === '') return undefined;
  if (typeof query !== 'string' || query.length > 64) throw invalidField('query', 'query must be a short text');
  return normalise(query.trim(), 'NFKC').toLowerCase();
}
