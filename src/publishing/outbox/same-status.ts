/** Whether a status on the instance is the post that we sent, when the answer to it was lost. Pure. */
import { normalise } from '../../common/normalise';
import type { RemoteStatus } from '../../fediverse/instance-types';

/** How far the instance's clock may be behind ours; ms. */
export const MAX_CLOCK_SKEW_MS = 10 * 60_000;

export interface SentPost {
  content: string;
  spoilerText: string | null;
  visibility: string;
  createdAt: Date;
  /** The attachments' ids on the instance. */
  mediaIds: readonly string[];
}

/** What survives every way of showing a text: no white space, mentions without their host. */
function essence(text: string): string {
  return normalise(text, 'NFC')
    .replace(/@([\w.-]+)@[\w.-]+\w/g, '@$1')
    .replace(/\s+/g, '');
}

export function isSameStatus(status: RemoteStatus, post: SentPost): boolean {
  if (status.isReblog || status.isReply) return false;
  if (status.createdAt.getTime() < post.createdAt.getTime() - MAX_CLOCK_SKEW_MS) return false;
  const there = new Set(status.media.map(({ id }) => id));
  // An attachment belongs to one status only.
  if (post.mediaIds.length > 0) return post.mediaIds.every((id) => there.has(id));
  return (
    there.size === 0 &&
    status.visibility === post.visibility &&
    essence(status.spoilerText) === essence(post.spoilerText ?? '') &&
    essence(status.text) === essence(post.content)
  );
}
