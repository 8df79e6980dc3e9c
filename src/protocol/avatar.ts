/** How a connection is recognised at a glance, the same in the pages of the server and in the elements. */

const HUES = 12;
/** Shares no divisor with the number of hues: connections made one after the other look quite different. */
const STEP = 5;

/** The colour of a connection, the same on every page and device; the styles make it of `data-hue`. */
export function hueOf(platformId: number): number {
  return (platformId * STEP) % HUES;
}

/** One or two letters: the first of the first two words. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = (words.length > 0 ? words : ['?']).slice(0, 2).map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '?');
  return letters.join('').toLocaleUpperCase();
}
