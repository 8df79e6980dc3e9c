/** Which files an instance accepts; shared by the server and the composer. */
import type { MediaLimitsView } from './http';

/** Largest file that we store, independent of the instance. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Types that every browser displays and that cannot contain scripts, which excludes SVG. */
export const PICTURE_TYPES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
]);
/** Defaults until the instance has reported its own limits. */
const COMMON_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const COMMON_DESCRIPTION = 1500;

/** @param limits of the instance; null until it has reported them */
export function acceptedTypes(limits: MediaLimitsView | null): string[] {
  return limits?.mime_types.length ? limits.mime_types : COMMON_TYPES;
}

/** @returns maximum size of a file of this type; bytes */
export function maxFileBytes(limits: MediaLimitsView | null, mimeType: string): number {
  const theirs = mimeType.startsWith('image/') ? limits?.image_size : limits?.video_size;
  return Math.min(theirs ?? MAX_FILE_BYTES, MAX_FILE_BYTES);
}

/** @returns maximum length of a description, as counted by `descriptionLength` */
export function maxDescriptionLength(limits: MediaLimitsView | null): number {
  return limits?.description_length ?? COMMON_DESCRIPTION;
}

/** Length in code points, as instances count it. */
export function descriptionLength(text: string): number {
  return [...text].length;
}
