/** Adds the demo's posts and pictures to its instances. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FakeInstance } from '../../../tools/fake-instance/fake-instance';
import type { FakeMedia, FakeStore } from '../../../tools/fake-instance/fake-store';
import type { DemoAccount, DemoPicture, DemoPost } from './demo-content';

const HOUR_MS = 3_600_000;
const AVATAR_ID = 'avatar';

const read = (file: string): Buffer => readFileSync(join(__dirname, 'pictures', file));

/** Adds posts to an instance without statuses. @param now time of the first start */
export function fillInstance({ store }: FakeInstance, { username, posts }: DemoAccount, now: Date): void {
  if (store.statuses.length > 0) return;
  const { id: accountId } = store.account(username);
  for (const post of posts.toReversed()) addStatus(store, accountId, username, post, now);
}

/** Sets the avatar; on each start, because its URL contains the port. */
export function showAvatar({ store, url }: FakeInstance, { username, avatar }: DemoAccount): void {
  const account = store.account(username);
  const file = { bytes: read(avatar), mimeType: 'image/webp' };
  store.media.set(AVATAR_ID, {
    id: AVATAR_ID,
    accountId: account.id,
    ...file,
    description: null,
    pending: 0,
    attached: true,
  });
  account.avatarUrl = `${url}/media/${AVATAR_ID}`;
}

function addStatus(store: FakeStore, accountId: string, username: string, post: DemoPost, now: Date): void {
  const createdAt = new Date(now.getTime() - post.hoursAgo * HOUR_MS);
  // As Mastodon's ids, which begin with the time.
  const id = BigInt(createdAt.getTime()) << 16n;
  const media = (post.pictures ?? []).map((picture, index) => mediaOf(picture, accountId, String(id + BigInt(index))));
  for (const each of media) store.media.set(each.id, each);
  store.statuses.push({
    id: String(id),
    accountId,
    username,
    text: post.text,
    spoilerText: post.warning ?? '',
    visibility: 'public',
    language: 'en',
    media,
    createdAt,
    editedAt: null,
    idempotencyKey: null,
  });
}

function mediaOf({ file, description }: DemoPicture, accountId: string, id: string): FakeMedia {
  return { id, accountId, bytes: read(file), mimeType: 'image/webp', description, pending: 0, attached: true };
}
