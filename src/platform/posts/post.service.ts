import { Injectable } from '@nestjs/common';
import { AppError, invalidField } from '../../common/app-error';
import { Clock } from '../../common/clock';
import type { Image } from '../../database/entities/image.entity';
import type { Post } from '../../database/entities/post.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import { type PlatformView, type PostsView, type PostView, type StatisticsView } from '../../protocol/http';
import { postLength } from '../../protocol/post-length';
import { SessionService } from '../../session/session.service';
import type { SessionContext } from '../../session/session-context';
import { type NamedPlatform, PlatformFence } from '../platform-fence';
import type { CreatePostDto } from './post.dto';
import { PostRepository } from './post.repository';

export const POSTS_DEFAULT = 50;
export const POSTS_MOST = 200;

@Injectable()
export class PostService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: SessionService,
    private readonly fence: PlatformFence,
    private readonly posts: PostRepository,
    private readonly clock: Clock,
  ) {}

  /** @param limit how many at most */
  list(platform: PlatformView, limit: number, beforeId?: number): Promise<PostsView> {
    return this.work.read(async (em) => {
      const rows = await this.posts.list(em, platform.id, limit + 1, beforeId);
      const page = rows.slice(0, limit);
      const images = await this.posts.imagesOf(
        em,
        page.map((post) => post.id),
      );
      return {
        posts: page.map((post) => toPostView(post, images)),
        next_before_id: rows.length > limit ? page.at(-1)!.id : null,
      };
    });
  }

  statistics(platform: PlatformView): Promise<StatisticsView> {
    return this.work.read((em) => this.posts.statistics(em, platform.id));
  }

  /**
   * Stores a post for the named platform. The check of the platform and the write are one transaction: a switch or a
   * revocation comes wholly before or wholly after it.
   * @throws AppError PLATFORM_CONTEXT_STALE, PLATFORM_NOT_FOUND or VALIDATION_ERROR, and nothing is stored
   */
  create(caller: SessionContext, named: NamedPlatform, form: CreatePostDto): Promise<PostView> {
    return this.sessions.change(caller, async (tx, context) => {
      const platform = await this.fence.check(tx.em, context, named);
      if (platform.needs_reconnect) throw new AppError('PLATFORM_RECONNECT_NEEDED');
      requireFitting(platform, form);
      const post = await this.posts.insert(tx.em, {
        userId: context.user.id,
        platformConnectionId: platform.id,
        title: form.title || null,
        content: form.content,
        visibility: form.visibility ?? 'public',
        spoilerText: form.spoiler_text || null,
        status: 'queued',
        postUrl: null,
        error: null,
        createdAt: this.clock.now(),
        publishedAt: null,
      });
      const wanted = form.media_ids ?? [];
      const attached = wanted.length && (await this.posts.attachImages(tx.em, platform.id, post.id, wanted));
      if (attached !== wanted.length) throw invalidField('media_ids', 'media_ids must name own, unused images');
      return toPostView(post, await this.posts.imagesOf(tx.em, [post.id]));
    });
  }
}

function requireFitting(platform: PlatformView, form: CreatePostDto): void {
  const limit = platform.max_characters;
  const count = postLength(form.content, form.spoiler_text, platform.characters_per_url);
  if (count > limit) {
    const message = `The post has ${count} characters; ${platform.name} takes ${limit}`;
    throw new AppError('VALIDATION_ERROR', { details: [{ field: 'content', message, limit, count }] });
  }
  if (form.content.trim() === '' && !form.media_ids?.length) {
    throw invalidField('content', 'A post needs text or an image');
  }
}

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
    images: images
      .filter((image) => image.postId === post.id)
      .map((image) => ({ id: image.id, alt_text: image.altText, status: image.status })),
    created_at: post.createdAt.toISOString(),
    published_at: post.publishedAt?.toISOString() ?? null,
  };
}
