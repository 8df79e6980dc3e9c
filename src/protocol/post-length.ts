/** How long a post is, as Mastodon counts it; the same for the server and the composer. */
import type { PlatformType } from './http';
import { findLinks, type TopLevelDomains } from './post-links';

/** What every link counts for, whatever its length; Mastodon's `characters_reserved_per_url`. */
export const CHARACTERS_PER_URL = 23;

/** @param told by the instance, null where it has not: Pixelfed says 23 and counts links in full. @returns null: in full */
export function charactersPerUrlOf(type: PlatformType, told: number | null): number | null {
  return type === 'pixelfed' ? null : (told ?? CHARACTERS_PER_URL);
}

/** Fewer characters left than these, and a counter warns, as in the forms of old. */
export const NEAR = 50;
export const VERY_NEAR = 10;

/** A mention counts without its host, so that moving to another server makes no post longer. Mastodon's MENTION_RE. */
const WORD = '[\\p{L}\\p{M}\\p{Nd}\\p{Pc}]';
const NAME = '[a-z\\d_]+(?:[.-]+[a-z\\d_]+)*';
const REMOTE_MENTION = new RegExp(`(?<![=/]|${WORD})@(${NAME})@${WORD}+(?:[.-]+${WORD}+)*`, 'giu');
/** What follows no mention. */
const AFTER_NO_MENTION = /[@＠]|:\/\//y;
/** What may begin a link as long as it is not known which domains there are, and the shortest link. */
const SCHEME = /https?:\/\//gi;
const SHORTEST_LINK = 'http://a.de';

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
  const ends = findLinks(text, null).flatMap(({ start, end }) => [start, end]);
  return [0, ...ends].map((start, index) => text.slice(start, ends[index]));
}

/**
 * @param content the text
 * @param warning the content warning, which counts too
 * @param charactersPerUrl what every link counts for; null: links and mentions count as they stand
 * @param domains that make a link; null: not known yet, then it is no less than it is with them
 * @returns characters
 */
export function postLength(
  content: string,
  warning: string,
  charactersPerUrl: number | null,
  domains: TopLevelDomains | null,
): number {
  const rest = countGraphemes(warning);
  if (charactersPerUrl === null) return rest + countGraphemes(content);
  if (domains === null) {
    const most = Math.max(charactersPerUrl - SHORTEST_LINK.length, 0);
    return rest + countGraphemes(content) + most * (content.match(SCHEME)?.length ?? 0);
  }
  const links = findLinks(content, domains);
  // A blank stands for each link, however much that counts for.
  const changes = [...links.map((link) => ({ ...link, to: ' ' })), ...remoteMentions(content)];
  let counted = '';
  let at = 0;
  for (const { start, end, to } of changes.sort((one, other) => one.start - other.start)) {
    // A mention that overlaps a link is none.
    if (start < at) continue;
    counted += content.slice(at, start) + to;
    at = end;
  }
  return rest + countGraphemes(counted + content.slice(at)) + links.length * (charactersPerUrl - 1);
}

function remoteMentions(text: string) {
  return [...text.matchAll(REMOTE_MENTION)].flatMap(({ 0: whole, 1: name, index: start }) => {
    const end = start + whole.length;
    AFTER_NO_MENTION.lastIndex = end;
    return AFTER_NO_MENTION.test(text) ? [] : [{ start, end, to: `@${name}` }];
  });
}

/** "1 character", "2 characters". */
export function characters(count: number): string {
  return `${count} character${count === 1 ? '' : 's'}`;
}
