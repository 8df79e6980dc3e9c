/** Counts the characters of a post as Mastodon does; shared by the server and the composer. */
import type { PlatformType } from './http';
import { findLinks, type TopLevelDomains } from './post-links';

/** Characters that each link counts for, independent of its length; Mastodon's `characters_reserved_per_url`. */
export const CHARACTERS_PER_URL = 23;

/** @param reported by the instance, or null; ignored for Pixelfed, which reports 23 but counts in full */
export function charactersPerUrlOf(type: PlatformType, reported: number | null): number | null {
  return type === 'pixelfed' ? null : (reported ?? CHARACTERS_PER_URL);
}

/** Remaining characters at which a counter warns. */
export const NEAR = 50;
export const VERY_NEAR = 10;

/** Mastodon's MENTION_RE: a mention counts without its host, so the length does not depend on the server. */
const WORD = '[\\p{L}\\p{M}\\p{Nd}\\p{Pc}]';
const NAME = '[a-z\\d_]+(?:[.-]+[a-z\\d_]+)*';
const REMOTE_MENTION = new RegExp(`(?<![=/]|${WORD})@(${NAME})@${WORD}+(?:[.-]+${WORD}+)*`, 'giu');
/** A match right after a candidate means that it is no mention. */
const AFTER_NO_MENTION = /[@＠]|:\/\//y;
/** For the upper bound without a list of domains: a possible start of a link, and the shortest link. */
const SCHEME = /https?:\/\//gi;
const SHORTEST_LINK = 'http://a.de';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** UTF-16 units segmented at once: each step of the segmenter takes time proportional to its whole input. */
const MAX_SEGMENT_INPUT = 200;
/** In ASCII, CR LF is the only grapheme of two units. */
const ASCII = /^[\0-\x7f]*$/;

/** Combining marks belong to the preceding letter, so shortening a long run does not change the count. */
const MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

/** Counts user-perceived characters: a family emoji is one. Linear time. */
export function countGraphemes(given: string): number {
  if (ASCII.test(given)) return given.replaceAll('\r\n', '\n').length;
  const text = given.replace(MANY_MARKS, '$1');
  let count = 0;
  let start = 0;
  while (start < text.length) {
    const found = [...segmenter.segment(text.slice(start, start + MAX_SEGMENT_INPUT))];
    // The last segment may be incomplete, and the one before it too if the input ends within a surrogate pair.
    const end = text.length - start > MAX_SEGMENT_INPUT ? found.at(-2)?.index || MAX_SEGMENT_INPUT : MAX_SEGMENT_INPUT;
    count += found.filter(({ index }) => index < end).length;
    start += end;
  }
  return count;
}

/** Splits a text at its links: parts with an odd index are links. */
export function splitAtLinks(text: string): string[] {
  const ends = findLinks(text, null).flatMap(({ start, end }) => [start, end]);
  return [0, ...ends].map((start, index) => text.slice(start, ends[index]));
}

/**
 * Length of a post.
 * @param warning content warning, which counts too
 * @param charactersPerUrl characters that each link counts for; null: links and mentions count in full
 * @param domains top-level domains; null: not known yet, the result is then an upper bound
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
  // Each link is replaced by one blank; the rest of its characters is added below.
  const changes = [...links.map((link) => ({ ...link, to: ' ' })), ...remoteMentions(content)];
  let counted = '';
  let at = 0;
  for (const { start, end, to } of changes.sort((one, other) => one.start - other.start)) {
    // Text that overlaps a link is not a mention.
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
