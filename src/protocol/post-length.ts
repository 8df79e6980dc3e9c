/** How long a post is, as Mastodon counts it; the same for the server and the composer. */

/** What every link counts for, whatever its length; Mastodon's `characters_reserved_per_url`. */
export const CHARACTERS_PER_URL = 23;

/** Fewer characters left than these, and a counter warns, as in the forms of old. */
export const NEAR = 50;
export const VERY_NEAR = 10;

/** What ends the sentence that a link stands in is not the link's; a bracket is, where the link has one that opens. */
const LINK = /(\bhttps?:\/\/(?:[^\s<>"(]*\([^\s<>"]*[^\s<>".,:;!?…'’”»\]}]|[^\s<>"]*[^\s<>".,:;!?…'’”»)\]}]))/iu;
/** A mention counts without its host, so that moving to another server makes no post longer. */
const REMOTE_MENTION = /(^|[^\w/@])@([\w.-]+)@[\w-]+(?:\.[\w-]+)*/gu;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Text that is segmented at a time: every step takes as long as all of it is long. */
const PIECE = 200;

/** Characters as a person counts them: a family emoji is one. */
export function countGraphemes(text: string): number {
  let count = 0;
  let left = text;
  for (let size = PIECE; left; ) {
    const found = [...segmenter.segment(left.slice(0, size))];
    // The last one may go on after the piece, and where that ends amid a letter, the one before as well.
    const end = left.length > size ? found.splice(-2)[0]!.index : size;
    count += found.length;
    left = left.slice(end);
    if (end === 0) size *= 2;
  }
  return count;
}

/** The text in pieces: every second one, from the second on, is a link. */
export function splitAtLinks(text: string): string[] {
  return text.split(LINK);
}

/**
 * @param content the text
 * @param warning the content warning, which counts too
 * @returns characters
 */
export function postLength(content: string, warning = '', charactersPerUrl = CHARACTERS_PER_URL): number {
  const pieces = splitAtLinks(content);
  // A blank stands for each link, however much that counts for.
  const counted = pieces
    .filter((_, index) => index % 2 === 0)
    .join(' ')
    .replace(REMOTE_MENTION, '$1@$2');
  const links = (pieces.length - 1) / 2;
  return countGraphemes(counted) + countGraphemes(warning) + links * (charactersPerUrl - 1);
}

/** "1 character", "2 characters". */
export function characters(count: number): string {
  return `${count} character${count === 1 ? '' : 's'}`;
}
