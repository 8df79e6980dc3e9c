/** Colour and initials of a connection, shared by the server's pages and the elements. */

const HUES = 12;
/** Coprime with HUES, so that consecutive ids get clearly different hues. */
const STEP = 5;

/** Hue of a connection, the same on every page and device; the value of `data-hue` in the style sheets. */
export function hueOf(platformId: number): number {
  return (platformId * STEP) % HUES;
}

/** One or two letters: the initials of the first two words. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = (words.length > 0 ? words : ['?']).slice(0, 2).map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '?');
  return letters.join('').toLocaleUpperCase();
}
