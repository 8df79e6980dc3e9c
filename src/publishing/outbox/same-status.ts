/** Decides whether a status on the instance is the post that we sent. Pure. */
import { normalise } from '../../common/normalise';
import type { RemoteStatus } from '../../fediverse/instance-types';
import { MAX_TEXT_LENGTH } from '../../protocol/post-bounds';

/** How far the instance's clock may be behind ours, or change. */
export const MAX_CLOCK_SKEW_MS = 10 * 60_000;
/** Minimum ratio of word counts, shorter to longer text, for a text that the instance has modified. */
const MIN_WORDS_KEPT = 0.6;
/** Minimum ratio of shared words for the direct answer to a post: lower, as an unrelated status shares hardly any. */
const MIN_WORDS_SHARED = 0.5;

export interface SentPost {
  content: string;
  spoilerText: string | null;
  /** By the instance's clock, as far as known. */
  createdAt: Date;
  /** Ids of the attachments on the instance, as far as known. */
  mediaIds: readonly string[];
  /** Total number of attachments. */
  mediaCount: number;
}

/** Bounds the work: none of our texts is longer. */
const bounded = (text: string): string => text.slice(0, MAX_TEXT_LENGTH);

/** Removes what instances render differently: white space, and the hosts of mentions. */
function canonicalText(text: string): string {
  return normalise(bounded(text), 'NFC')
    .replace(/@([\w.-]+)@[\w.-]+\w/g, '@$1')
    .replace(/\s+/g, '');
}

export const isSameText = (one: string, other: string): boolean => canonicalText(one) === canonicalText(other);

/** Further links are not compared. */
const MAX_LINKS = 50;
const LINK = /https?:\/\/[^\s<>()]+/gi;

/** The words in order, without links: mark-up, shortened links and a prepended warning do not change them. */
function wordsOf(text: string): string[] {
  const plain = normalise(bounded(text), 'NFKC').replace(/@([\w.-]+)@[\w.-]+\w/g, '@$1');
  const withoutLinks = plain.replace(LINK, ' ').split(/\s/);
  const whole = withoutLinks.filter((each) => !/(\.\.\.|…)$/.test(each));
  return (
    whole
      .join(' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Whether both have the same words, whatever their mark-up and links. */
export const hasSameWords = (one: string, other: string): boolean =>
  isSameText(one, other) || wordsOf(one).join(' ') === wordsOf(other).join(' ');

/** Without mark-up and an ellipsis, and decoded: instances show addresses for people to read. */
function canonicalLink(link: string): string {
  const plain = link.replace(/[_*]|…$|\.\.\.$/g, '');
  try {
    return decodeURI(new URL(plain).href);
  } catch {
    return plain;
  }
}

const linksOf = (text: string): string[] => (bounded(text).match(LINK) ?? []).slice(0, MAX_LINKS).map(canonicalLink);

/** Whether the status shows no other links than the sent ones; it may shorten them, and show none. */
function hasOnlyLinksOf(sent: string[], there: string[]): boolean {
  return there.every((link) => sent.some((each) => each.startsWith(link)));
}

/** What is compared of a text. An import compares each status of a page with each post on its way. */
interface Analysis {
  canonical: string;
  words: string[];
  links: string[];
}

const analyses = new WeakMap<RemoteStatus | SentPost, Analysis>();

function analysisOf(of: RemoteStatus | SentPost, text: string): Analysis {
  const known = analyses.get(of);
  if (known) return known;
  const analysis = { canonical: canonicalText(text), words: wordsOf(text), links: linksOf(text) };
  analyses.set(of, analysis);
  return analysis;
}

/** Whether `some` is a subsequence of `all`. */
function isWithin(some: string[], all: string[]): boolean {
  let found = 0;
  let missed = 0;
  for (const word of all) {
    if (word === some[found]) found++;
    else if (++missed > all.length - some.length) return false;
  }
  return true;
}

function isChangedText(sent: string[], there: string[]): boolean {
  const [some, all] = sent.length <= there.length ? [sent, there] : [there, sent];
  return some.length > 0 && some.length >= all.length * MIN_WORDS_KEPT && isWithin(some, all);
}

/** snac names the attachments of a status by its address and their order; uploads have other ids. */
export const isNamedByStatus = (mediaId: string): boolean => mediaId.includes('://');

/** Compares attachments, each of which belongs to one status only. @returns null if they do not decide it */
function byMedia(status: RemoteStatus, { mediaIds, mediaCount }: SentPost): boolean | null {
  const there = new Set(status.media.map(({ id }) => id));
  const count = status.media.length + status.mediaLeftOut;
  // snac attaches linked images too.
  if ([...there].some(isNamedByStatus)) return count >= mediaCount ? null : false;
  if (mediaCount > 0 && mediaIds.length === mediaCount) return mediaIds.every((id) => there.has(id));
  return count === mediaCount ? null : false;
}

/**
 * Identifies a post among the account's statuses by time, media and words, because instances restrict the visibility,
 * add content warnings and render Markdown.
 */
export function isSameStatus(status: RemoteStatus, post: SentPost): boolean {
  if (status.isReblog || status.isReply) return false;
  if (status.createdAt.getTime() < post.createdAt.getTime() - MAX_CLOCK_SKEW_MS) return false;
  const sameMedia = byMedia(status, post);
  if (sameMedia !== null) return sameMedia;
  const [sent, there] = [analysisOf(post, post.content), analysisOf(status, status.text)];
  if (sent.canonical === there.canonical) return true;
  return isChangedText(sent.words, there.words) && hasOnlyLinksOf(sent.links, there.links);
}

/** Whether the status in the instance's answer is plausibly the post that was just sent, and not an older one. */
export function isAnswerTo(status: RemoteStatus, post: SentPost): boolean {
  if (isSameStatus(status, post)) return true;
  if (status.createdAt.getTime() < post.createdAt.getTime() - MAX_CLOCK_SKEW_MS) return false;
  if (byMedia(status, post) === false) return false;
  const [sent, there] = [new Set(wordsOf(post.content)), new Set(wordsOf(status.text))];
  // No words to compare: an emoji only, or a text that the instance parsed as mark-up.
  if (sent.size === 0 || there.size === 0) return true;
  const shared = [...sent].filter((word) => there.has(word)).length;
  return shared >= Math.min(sent.size, there.size) * MIN_WORDS_SHARED;
}
