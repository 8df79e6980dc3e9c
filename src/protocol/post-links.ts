/**
 * Finds the links of a post as Mastodon does when it counts characters: twitter-text's pattern with Mastodon's changes
 * (config/initializers/twitter_regex.rb). A host must end with a known top-level domain.
 */

export interface TextRange {
  start: number;
  end: number;
}

/** Lower case; internationalised domains in Unicode. */
export type TopLevelDomains = ReadonlySet<string>;

/** Limit of twitter-text, above which a URL is no link; UTF-16 units. */
const MAX_LINK_LENGTH = 4096;
/** RFC 1035. */
const MAX_HOST_LENGTH = 253;

const SCHEME = /(?<![a-z\d@＠$#＃\u202a-\u202e])https?:\/\//giu;
/** Excludes punctuation, white space and control characters. */
const HOST =
  /[^\p{White_Space}\p{Cc}!"#$%&'()*+,/:;<=>?@[\]^`{|}~\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/uy;
const LABEL = /^[^_-](?:.*[^_-])?$/su;
const AFTER_HOST = /[\da-z@+-]/i;
const PORT = /:\d+/y;
const PATH_CHARACTER = '[^\\p{White_Space}<>()?]';
const BRACKETS = `\\((?:${PATH_CHARACTER}+|${PATH_CHARACTER}*\\(${PATH_CHARACTER}+\\)${PATH_CHARACTER}*)\\)`;
const PATH_END = `(?:[^\\p{White_Space}()?!*"'「」<>;:=,.$%\\[\\]~&|@]|${BRACKETS})`;
const PATH = new RegExp(`/(?:(?:${PATH_CHARACTER}|${BRACKETS})*${PATH_END})?`, 'uy');
const LETTERS = '\\u{a0}-\\u{d7ff}\\u{e000}-\\u{fdcf}\\u{fdf0}-\\u{ffef}\\u{10000}-\\u{10ffff}';
const QUERY = new RegExp(`\\?[\\w!?*'();:&=+$/%#[\\]\\-.,~|@^${LETTERS}]*[\\w&=#/\\-${LETTERS}]`, 'uy');

/** @param domains null: every domain counts as known */
export function findLinks(text: string, domains: TopLevelDomains | null): TextRange[] {
  const links: TextRange[] = [];
  for (const { index: start, 0: scheme } of text.matchAll(SCHEME)) {
    if (start < (links.at(-1)?.end ?? 0)) continue;
    const host = start + scheme.length;
    const end = endOfHost(text, host, domains);
    if (end === null) continue;
    const whole = [PORT, PATH, QUERY].reduce((at, part) => at + (matchAt(part, text, at)?.length ?? 0), end);
    if (whole - start <= MAX_LINK_LENGTH) links.push({ start, end: whole });
  }
  return links;
}

/** End of the longest host that ends with a known domain. @returns null if there is none */
function endOfHost(text: string, start: number, domains: TopLevelDomains | null): number | null {
  const run = matchAt(HOST, text, start)?.slice(0, MAX_HOST_LENGTH) ?? '';
  const labels = run.split('.');
  // The host ends before the first label that is not valid.
  const wrong = labels.findIndex((label) => !LABEL.test(label));
  for (let last = (wrong < 0 ? labels.length : wrong + 1) - 1; last > 0; last--) {
    const at = start + labels.slice(0, last).join('.').length + 1;
    const length = domainLength(labels[last]!, domains);
    if (labels[last - 1]!.includes('_') || length === 0) continue;
    if (!AFTER_HOST.test(text[at + length] ?? '')) return at + length;
  }
  return null;
}

/** Length of the top-level domain that a label begins with; 0 if there is none. */
function domainLength(label: string, domains: TopLevelDomains | null): number {
  const [ascii] = /^(?:xn--)?[a-z\d]*/i.exec(label)!;
  if (domains === null || /^xn--./i.test(ascii)) return ascii.length || label.length;
  if (ascii !== '') return domains.has(ascii.toLowerCase()) ? ascii.length : 0;
  const letters = label.slice(0, 24);
  for (let length = letters.length; length > 0; length--) if (domains.has(letters.slice(0, length))) return length;
  return 0;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
