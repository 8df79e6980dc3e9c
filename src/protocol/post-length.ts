/** How long a post is, as Mastodon counts it; the same for the server and the composer. */

/** What every link counts for, whatever its length; Mastodon's `characters_reserved_per_url`. */
export const CHARACTERS_PER_URL = 23;

const URL_PATTERN = /\bhttps?:\/\/[^\s<>"]+/giu;
/** What ends the sentence that a link stands in is not the link's. */
const TRAILING = /[.,:;!?…'’”»\]}]+$/u;
const TRAILING_OF_OPEN = /[.,:;!?…'’”»)\]}]+$/u;
/** A mention counts without its host, so that moving to another server makes no post longer. */
const REMOTE_MENTION = /(^|[^\w/@])@([\w.-]+)@[\w-]+(?:\.[\w-]+)+/gu;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters as a person counts them: a family emoji is one. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count++;
  return count;
}

/**
 * @param content the text
 * @param warning the content warning, which counts too
 * @returns characters
 */
export function postLength(content: string, warning = '', charactersPerUrl = CHARACTERS_PER_URL): number {
  const counted = content
    .replace(URL_PATTERN, (link) => {
      const after = (link.includes('(') ? TRAILING : TRAILING_OF_OPEN).exec(link)?.[0] ?? '';
      return 'x'.repeat(charactersPerUrl) + after;
    })
    .replace(REMOTE_MENTION, (_, before: string, name: string) => `${before}@${name}`);
  return countGraphemes(counted) + countGraphemes(warning);
}
