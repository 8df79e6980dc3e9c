/** Pictures as a person has them on their disk. */
import { randomBytes } from 'node:crypto';

/** One transparent pixel; what follows its end is no matter to who shows it. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** @param size bytes, and so many that no other has */
export const picture = (name: string, size = 2_000) => ({
  name,
  mimeType: 'image/png',
  buffer: Buffer.concat([PIXEL, randomBytes(size)]),
});
