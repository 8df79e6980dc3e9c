/** How long a post is, as Mastodon counts it; the same for the server and the composer. */

/** What every link counts for, whatever its length; Mastodon's `characters_reserved_per_url`. */
export const CHARACTERS_PER_URL = 23;

const URL_PATTERN = /\bhttps?:\/\/[^\s<>"]+/giu;
/** What ends the sentence that a link stands in is not the link's. */
const TRAILING = /[.,:;!?…'’”»\]}]+$/u;
const TRAILING_OF_OPEN = /[.,:;!?…'’”»)\]}]+$/u;
/** A mention counts without its host, so that moving to another server makes no post longer. */
const REMOTE_MENTION = /(^|[^\w/@])@([\w.-]+)@[\w-]+(?:\.[\w-]+)*/gu;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters as a person counts them: a family emoji is one. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count++;
  return count;
}

/** The text in pieces: every second one, from the second on, is a link. */
export function splitAtLinks(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(URL_PATTERN)) {
    const after = (found.includes('(') ? TRAILING : TRAILING_OF_OPEN).exec(found)?.[0] ?? '';
    const end = index + found.length - after.length;
    pieces.push(text.slice(from, index), text.slice(index, end));
    from = end;
  }
  return [...pieces, text.slice(from)];
}

/**
 * @param content the text
 * @param warning the content warning, which counts too
 * @returns characters
 */
export function postLength(content: string, warning = '', charactersPerUrl = CHARACTERS_PER_URL): number {
  const counted = splitAtLinks(content)
    .map((piece, index) => (index % 2 === 1 ? 'x'.repeat(charactersPerUrl) : piece))
    .join('')
    .replace(REMOTE_MENTION, '$1@$2');
  return countGraphemes(counted) + countGraphemes(warning);
}
