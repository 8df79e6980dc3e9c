/** Recognises a repeated request to create a post. */
import { createHash } from 'node:crypto';
import { invalidField } from '../../common/app-error';
import type { CreatePostDto } from './post.dto';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @returns null without the header @throws AppError VALIDATION_ERROR if its value is not a UUID */
export function readIdempotencyKey(header: unknown): string | null {
  if (header === undefined) return null;
  if (typeof header !== 'string' || !UUID.test(header)) {
    throw invalidField('Idempotency-Key', 'Idempotency-Key must be a UUID');
  }
  return header.toLowerCase();
}

/** Hash of the request's content, independent of the order of its fields. */
export function hashRequest(platformId: number, form: CreatePostDto): string {
  const given = Object.entries(form).filter(([, value]) => value !== undefined);
  const ordered = given.sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([platformId, ordered]))
    .digest('hex');
}
