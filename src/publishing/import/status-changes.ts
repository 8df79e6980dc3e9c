/** Differences between a stored post and its status on the instance. Pure. */
import type { NewImage } from '../../database/entities/image.entity';
import type { NewPost, Post } from '../../database/entities/post.entity';
import type { RemoteMedia, RemoteStatus } from '../../fediverse/instance-types';
import { MAX_TEXT_LENGTH } from '../../protocol/post-bounds';
import { hasSameWords, isSameText } from '../outbox/same-status';
import type { StoredPost } from './import.repository';

type StatusFields = Pick<NewPost, 'content' | 'visibility' | 'spoilerText' | 'postUrl'>;

export function fieldsOf({ text, visibility, spoilerText, url }: RemoteStatus): StatusFields {
  return { content: text.slice(0, MAX_TEXT_LENGTH), visibility, spoilerText: spoilerText || null, postUrl: url };
}

export function imageOf({ id, description, url }: RemoteMedia, position: number) {
  const status = description === null ? 'pending' : 'ready';
  return { altText: description, status, remoteId: id, url, position } as const satisfies Partial<NewImage>;
}

/** Images whose URL has changed: instances renew signed URLs and move files. The status itself is not edited. */
export function movedImages({ images }: StoredPost, { media }: RemoteStatus): { id: number; url: string | null }[] {
  return images.flatMap(({ id, remoteId, url }) => {
    const there = media.find((each) => each.id === remoteId);
    return there && there.url !== url ? [{ id, url: there.url }] : [];
  });
}

/** A post written here keeps its text as typed until the status is edited on the instance. */
function contentOf(post: Post, status: RemoteStatus): string {
  const { content } = fieldsOf(status);
  if (post.attempts === 0) return content;
  const isEdited = status.reportsEdits
    ? status.editedAt !== null && !isSameText(content, post.content)
    : !hasSameWords(content, post.content);
  return isEdited ? content : post.content;
}

/** @returns null if nothing has changed */
export function changesOf({ post, images }: StoredPost, status: RemoteStatus) {
  const wanted = { ...fieldsOf(status), content: contentOf(post, status) };
  const postChanges = changed(post, wanted);
  const there = status.media.map((media, position) => ({ media, position }));
  const imageChanges = status.media.flatMap((media) => {
    const image = images.find(({ remoteId }) => remoteId === media.id);
    const change = image && changed(image, { ...imageOf(media, image.position), url: image.url });
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

/** The fields of `wanted` that differ from `row`; null if none does. */
function changed<R extends object, W extends Partial<R>>(row: R, wanted: W): Partial<R> | null {
  const fields = Object.entries(wanted).filter(([name, value]) => Reflect.get(row, name) !== value);
  return fields.length === 0 ? null : (Object.fromEntries(fields) as Partial<R>);
}
