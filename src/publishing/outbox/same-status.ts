/** Whether a status on the instance is the post that we sent. Pure. */
import { normalise } from '../../common/normalise';
import type { RemoteStatus } from '../../fediverse/instance-types';
import { MAX_TEXT_LENGTH } from '../../protocol/post-bounds';

/** How far the instance's clock may be behind ours; ms. */
export const MAX_CLOCK_SKEW_MS = 10 * 60_000;
/** Of the words of the longer text, how many the shorter one must have to be the same, changed on the way. */
const MIN_WORDS_KEPT = 0.6;
/** Of an answer to what was just sent, less must be the same: a stranger's status shares hardly a word with it. */
const MIN_WORDS_SHARED = 0.5;

export interface SentPost {
  content: string;
  spoilerText: string | null;
  createdAt: Date;
  /** The attachments' ids on the instance, as far as they are known. */
  mediaIds: readonly string[];
  /** Attachments in all. */
  mediaCount: number;
}

/** None of ours is longer, and what walks over it takes the longer the longer it is. */
const bounded = (text: string): string => text.slice(0, MAX_TEXT_LENGTH);

/** What survives every way of showing a text: no white space, mentions without their host. */
function essence(text: string): string {
  return normalise(bounded(text), 'NFC')
    .replace(/@([\w.-]+)@[\w.-]+\w/g, '@$1')
    .replace(/\s+/g, '');
}

export const isSameText = (one: string, other: string): boolean => essence(one) === essence(other);

/** What survives mark-up, links that are shortened, and a warning that is put before: the words, in their order. */
function wordsOf(text: string): string[] {
  const plain = normalise(bounded(text), 'NFKC').replace(/@([\w.-]+)@[\w.-]+\w/g, '@$1');
  const withoutLinks = plain.replace(/https?:\/\/[^\s<>()]+/gi, ' ').split(/\s/);
  const whole = withoutLinks.filter((each) => !/(\.\.\.|…)$/.test(each));
  return (
    whole
      .join(' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Whether all of `some` stand in `all`, in this order. */
function isWithin(some: string[], all: string[]): boolean {
  let found = 0;
  for (const word of all) if (word === some[found]) found++;
  return found === some.length;
}

function isChangedText(sent: string[], there: string[]): boolean {
  const [some, all] = sent.length <= there.length ? [sent, there] : [there, sent];
  return some.length > 0 && some.length >= all.length * MIN_WORDS_KEPT && isWithin(some, all);
}

/** Media tell where they are known: an attachment belongs to one status only. Null: they do not tell. */
function byMedia(status: RemoteStatus, { mediaIds, mediaCount }: SentPost): boolean | null {
  const there = new Set(status.media.map(({ id }) => id));
  if (mediaCount > 0 && mediaIds.length === mediaCount) return mediaIds.every((id) => there.has(id));
  return status.media.length + status.mediaLeftOut === mediaCount ? null : false;
}

/**
 * Found among the account's statuses, by what stays: time, media, words. Instances narrow the visibility, add a content
 * warning, read Markdown.
 */
export function isSameStatus(status: RemoteStatus, post: SentPost): boolean {
  if (status.isReblog || status.isReply) return false;
  if (status.createdAt.getTime() < post.createdAt.getTime() - MAX_CLOCK_SKEW_MS) return false;
  const told = byMedia(status, post);
  if (told !== null) return told;
  if (isSameText(status.text, post.content)) return true;
  return isChangedText(wordsOf(post.content), wordsOf(status.text));
}

/** Whether the status that the instance answers with may be believed to be what was just sent, and no older one's. */
export function isAnswerTo(status: RemoteStatus, post: SentPost): boolean {
  if (isSameStatus(status, post)) return true;
  if (status.createdAt.getTime() < post.createdAt.getTime() - MAX_CLOCK_SKEW_MS) return false;
  if (byMedia(status, post) === false) return false;
  const [sent, there] = [new Set(wordsOf(post.content)), new Set(wordsOf(status.text))];
  // Nothing is left to compare: an emoji, or a text that the instance took for mark-up.
  if (sent.size === 0 || there.size === 0) return true;
  const shared = [...sent].filter((word) => there.has(word)).length;
  return shared >= Math.min(sent.size, there.size) * MIN_WORDS_SHARED;
}
