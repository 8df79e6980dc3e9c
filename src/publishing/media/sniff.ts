/** Determines a file's type from its first bytes; the declared type is not trusted. Pure. */

/** Bytes that `sniffMime` needs. */
export const SNIFF_BYTES = 16;

const ASCII: readonly [number, string, string][] = [
  [0, 'GIF87a', 'image/gif'],
  [0, 'GIF89a', 'image/gif'],
  [8, 'WEBP', 'image/webp'],
  [4, 'ftypavif', 'image/avif'],
  [4, 'ftypavis', 'image/avif'],
  [4, 'ftypheic', 'image/heic'],
  [4, 'ftypheix', 'image/heic'],
  [4, 'ftypmif1', 'image/heif'],
  [4, 'ftypqt  ', 'video/quicktime'],
  [4, 'ftyp', 'video/mp4'],
];
const BYTES: readonly [string, string][] = [
  ['ffd8ff', 'image/jpeg'],
  ['89504e470d0a1a0a', 'image/png'],
  ['1a45dfa3', 'video/webm'],
];

/** @returns the MIME type; null if it is none that instances accept */
export function sniffMime(head: Buffer): string | null {
  const hex = head.toString('hex');
  for (const [start, type] of BYTES) if (hex.startsWith(start)) return type;
  const text = head.toString('latin1');
  for (const [at, word, type] of ASCII) {
    if (text.startsWith(word, at) && (type !== 'image/webp' || text.startsWith('RIFF'))) return type;
  }
  return null;
}
