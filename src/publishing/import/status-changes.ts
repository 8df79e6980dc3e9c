/** What a post here has to become to be as its status is on the instance. Pure. */
import type { NewImage } from '../../database/entities/image.entity';
import type { NewPost, Post } from '../../database/entities/post.entity';
import type { RemoteMedia, RemoteStatus } from '../../fediverse/instance-types';
import { MAX_TEXT_LENGTH } from '../../protocol/post-bounds';
import { isSameText } from '../outbox/same-status';
import type { HeldPost } from './import.repository';

type Shown = Pick<NewPost, 'content' | 'visibility' | 'spoilerText' | 'postUrl'>;

export function shownOf({ text, visibility, spoilerText, url }: RemoteStatus): Shown {
  return { content: text.slice(0, MAX_TEXT_LENGTH), visibility, spoilerText: spoilerText || null, postUrl: url };
}

export function imageOf({ id, description, url }: RemoteMedia, position: number) {
  const status = description === null ? 'pending' : 'ready';
  return { altText: description, status, remoteId: id, url, position } as const satisfies Partial<NewImage>;
}

/** Own words stay as they were typed until somebody edits the status there. */
function contentOf(post: Post, status: RemoteStatus): string {
  const { content } = shownOf(status);
  const isOwn = post.attempts > 0;
  return isOwn && (status.editedAt === null || isSameText(content, post.content)) ? post.content : content;
}

/** @returns null where there is nothing to change */
export function changesOf({ post, images }: HeldPost, status: RemoteStatus) {
  const shown = { ...shownOf(status), content: contentOf(post, status) };
  const postChanges = changed(post, shown);
  const there = status.media.map((media, position) => ({ media, position }));
  const imageChanges = status.media.flatMap((media) => {
    const image = images.find(({ remoteId }) => remoteId === media.id);
    const change = image && changed(image, imageOf(media, image.position));
    return image && change ? [{ id: image.id, change }] : [];
  });
  const isHere = ({ id }: RemoteMedia) => images.some(({ remoteId }) => remoteId === id);
  const added = there.filter(({ media }) => media.isImage && !isHere(media));
  const isThere = (id: string | null) => status.media.some((media) => media.id === id);
  const removed =
    status.mediaLeftOut > 0 ? [] : images.filter(({ remoteId }) => !isThere(remoteId)).map(({ id }) => id);
  if (!postChanges && imageChanges.length + added.length + removed.length === 0) return null;
  return { post: postChanges, images: imageChanges, added, removed };
}

/** The fields of `wanted` that are otherwise in `row`. */
function changed<R extends object, W extends Partial<R>>(row: R, wanted: W): Partial<R> | null {
  const fields = Object.entries(wanted).filter(([name, value]) => Reflect.get(row, name) !== value);
  return fields.length === 0 ? null : (Object.fromEntries(fields) as Partial<R>);
}
