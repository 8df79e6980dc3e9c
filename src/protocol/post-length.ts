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
/** UTF-16 units that are segmented at a time: every step takes as long as all of them are long. */
const PIECE = 200;
/** Only a CR LF is one character of two units here. */
const ASCII = /^[\0-\x7f]*$/;

/** Marks go with the letter before them, however many there are: the rest of a long run changes no count. */
const MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

/** Characters as a person counts them: a family emoji is one. Takes linear time: no character is longer than a piece. */
export function countGraphemes(given: string): number {
  if (ASCII.test(given)) return given.replaceAll('\r\n', '\n').length;
  const text = given.replace(MANY_MARKS, '$1');
  let count = 0;
  let start = 0;
  while (start < text.length) {
    const found = [...segmenter.segment(text.slice(start, start + PIECE))];
    // The last one may go on after the piece, and where that ends amid a letter, the one before as well.
    const end = text.length - start > PIECE ? found.at(-2)?.index || PIECE : PIECE;
    count += found.filter(({ index }) => index < end).length;
    start += end;
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
