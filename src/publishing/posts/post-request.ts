/** What makes a request that is sent again the same one. */
import { createHash } from 'node:crypto';
import { invalidField } from '../../common/app-error';
import type { CreatePostDto } from './post.dto';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws AppError VALIDATION_ERROR where it is there, and no UUID */
export function readIdempotencyKey(header: unknown): string | null {
  if (header === undefined) return null;
  if (typeof header !== 'string' || !UUID.test(header)) {
    throw invalidField('Idempotency-Key', 'Idempotency-Key must be a UUID');
  }
  return header.toLowerCase();
}

/** Of all that the request asks for, in whatever order its fields came. */
export function hashRequest(platformId: number, form: CreatePostDto): string {
  const said = Object.entries(form).filter(([, value]) => value !== undefined);
  const ordered = said.sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([platformId, ordered]))
    .digest('hex');
}
