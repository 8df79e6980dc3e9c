/** Which files an instance takes; the same for the server and the composer. */
import type { MediaLimitsView } from './http';

/** The longest that we keep, whatever the instance takes; bytes. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Kinds that every browser shows and that run no script: SVG is none of them. */
export const PICTURE_TYPES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
]);
/** Taken until the instance has said what it takes. */
const COMMON_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const COMMON_DESCRIPTION = 1500;

/** @param limits the instance's; null until it has said them */
export function typesTaken(limits: MediaLimitsView | null): string[] {
  return limits?.mime_types.length ? limits.mime_types : COMMON_TYPES;
}

/** @returns the most bytes for a file of this type */
export function sizeTaken(limits: MediaLimitsView | null, mimeType: string): number {
  const theirs = mimeType.startsWith('image/') ? limits?.image_size : limits?.video_size;
  return Math.min(theirs ?? MAX_FILE_BYTES, MAX_FILE_BYTES);
}

/** @returns the most characters of a description, as `descriptionLength` counts them */
export function descriptionTaken(limits: MediaLimitsView | null): number {
  return limits?.description_length ?? COMMON_DESCRIPTION;
}

/** Code points, as instances count them. */
export function descriptionLength(text: string): number {
  return [...text].length;
}
