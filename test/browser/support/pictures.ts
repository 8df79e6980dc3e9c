/** Pictures for uploads. */
import { randomBytes } from 'node:crypto';

/** One transparent pixel; decoders ignore bytes after its end. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** @param size of the random bytes that make it unique */
export const picture = (name: string, size = 2_000) => ({
  name,
  mimeType: 'image/png',
  buffer: Buffer.concat([PIXEL, randomBytes(size)]),
});
