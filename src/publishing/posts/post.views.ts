/** Converts rows to wire types. */
import type { Image } from '../../database/entities/image.entity';
import type { Post } from '../../database/entities/post.entity';
import type { ImageView, MediaLimitsView, PostView } from '../../protocol/http';
import { maxFileBytes, PICTURE_TYPES } from '../../protocol/media';

export function toImageView({ id, altText, status, url, mimeType }: Image): ImageView {
  const has_picture = url !== null || PICTURE_TYPES.has(mimeType ?? '');
  return { id, alt_text: altText, status, has_picture };
}

/** @param images may include images of other posts */
export function toPostView(post: Post, images: Image[]): PostView {
  return {
    id: post.id,
    platform_id: post.platformConnectionId,
    title: post.title,
    content: post.content,
    visibility: post.visibility,
    spoiler_text: post.spoilerText,
    status: post.status,
    url: post.postUrl,
    error: post.error,
    // During an attempt the column holds the lease, not the next attempt.
    next_attempt_at: (isBeingSent(post) ? null : post.nextAttemptAt?.toISOString()) ?? null,
    images: images.filter((image) => image.postId === post.id).map(toImageView),
    created_at: post.createdAt.toISOString(),
    published_at: post.publishedAt?.toISOString() ?? null,
  };
}

const isBeingSent = ({ status, error }: Post): boolean => status === 'publishing' && error === null;

/** The stricter of the instance's limits and our own. */
export function toEffectiveLimits(limits: MediaLimitsView): MediaLimitsView {
  const [image_size, video_size] = ['image/*', 'video/*'].map((type) => maxFileBytes(limits, type)) as [number, number];
  return { ...limits, image_size, video_size };
}
