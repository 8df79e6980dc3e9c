import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail';
import { AppError, invalidField } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { MonitorPerformance } from '../../common/performance';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { Post } from '../../database/entities/post.entity';
import { type Transaction, UnitOfWork } from '../../database/unit-of-work';
import { PlatformFence } from '../../platform/platform-fence';
import type { MediaLimitsView, PlatformView, PostsView, PostView, StatisticsView } from '../../protocol/http';
import { auditActorOf } from '../../session/audit-actor';
import { type PlatformTarget } from '../../session/request-session';
import type { SessionContext } from '../../session/session-context';
import { SessionLifecycleService } from '../../session/session-lifecycle.service';
import { GIVE_UP_AFTER_MS } from '../outbox/retry-policy';
import type { CreatePostDto, UpdatePostDto } from './post.dto';
import { PostRepository } from './post.repository';
import { toEffectiveLimits, toPostView } from './post.views';
import { requireFitting } from './post-fitting';
import { hashRequest } from './post-request';

@Injectable()
export class PostService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: SessionLifecycleService,
    private readonly fence: PlatformFence,
    private readonly posts: PostRepository,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Posts of a platform, newest first by creation time.
   * @param limit maximum number of posts
   * @param beforeId id of the last post of the previous page
   */
  list(platform: PlatformView, limit: number, beforeId?: number): Promise<PostsView> {
    return this.work.read(async (em) => {
      const before = beforeId === undefined ? undefined : await this.posts.sortKeyOf(em, platform.id, beforeId);
      if (before === null) return { posts: [], next_before_id: null };
      const rows = await this.posts.list(em, platform.id, limit + 1, before);
      const page = rows.slice(0, limit);
      const images = await this.posts.imagesOf(em, page);
      return {
        posts: page.map((post) => toPostView(post, images)),
        next_before_id: rows.length > limit ? page.at(-1)!.id : null,
      };
    });
  }

  /** Media limits of the instance combined with our own; null until the instance has reported its limits. */
  async mediaLimits(platform: PlatformView): Promise<MediaLimitsView | null> {
    const limits = await this.work.read((em) => this.posts.mediaLimits(em, platform.id));
    return limits && toEffectiveLimits(limits);
  }

  statistics(platform: PlatformView): Promise<StatisticsView> {
    return this.work.read((em) => this.posts.statistics(em, platform.id));
  }

  /**
   * Stores a post for the named platform. The platform check and the write share one transaction, so a switch or a
   * revocation happens entirely before or entirely after it.
   * @param requestKey idempotency key of this user: repeating a request with the same key creates one post
   * @throws AppError PLATFORM_CONTEXT_STALE, PLATFORM_NOT_FOUND, PLATFORM_RECONNECT_NEEDED, IDEMPOTENCY_KEY_REUSED or
   *   VALIDATION_ERROR; nothing is stored then
   */
  @MonitorPerformance('create_post')
  create(
    caller: SessionContext,
    named: PlatformTarget,
    form: CreatePostDto,
    requestKey: string | null = null,
  ): Promise<{ post: PostView; isNew: boolean }> {
    const requestHash = requestKey && hashRequest(named.id, form);
    return this.sessions.runAuthorized(caller, async (tx, context) => {
      const known = requestKey && (await this.posts.findByRequest(tx.em, context.user.id, requestKey));
      if (known && known.requestHash !== requestHash) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      if (known) return { post: toPostView(known, await this.posts.imagesOf(tx.em, [known])), isNew: false };
      const platform = await this.fence.checkRow(tx.em, context, named);
      requireConnected(platform);
      requireFitting(platform, form);
      const now = this.clock.now();
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
        createdAt: now,
        publishedAt: null,
        language: form.language || null,
        nextAttemptAt: dueAt(platform, now),
        requestKey,
        requestHash,
      });
      await this.attach(tx, platform, post.id, form.media_ids ?? []);
      await this.audit.record(tx, { type: 'post_written', ...auditActorOf(context), platform });
      return { post: await this.announce(tx, post, now), isNew: true };
    });
  }

  /**
   * Changes a post that has not been published and queues it again.
   * @throws AppError as `retry` and `create`
   */
  update(caller: SessionContext, named: PlatformTarget, id: number, form: UpdatePostDto): Promise<PostView> {
    return this.sessions.runAuthorized(caller, async (tx, context) => {
      const platform = await this.fence.checkRow(tx.em, context, named);
      requireConnected(platform);
      const post = await this.find(tx, platform.id, id);
      const images = (await this.posts.imagesOf(tx.em, [post])).map((image) => image.id);
      const { content, title, spoilerText, visibility } = post;
      const media_ids = form.media_ids ?? images;
      const whole = { content, title: title ?? '', spoiler_text: spoilerText ?? '', visibility, ...form, media_ids };
      requireFitting(platform, whole);
      const now = this.clock.now();
      const change = {
        ...this.requeued(platform, now),
        title: whole.title || null,
        content: whole.content,
        visibility: whole.visibility,
        spoilerText: whole.spoiler_text || null,
        ...(form.language !== undefined && { language: form.language || null }),
        // The old key identifies the old content at the instance.
        idempotencyKey: null,
      };
      if (!(await this.posts.changeUnpublished(tx.em, id, change))) throw new AppError('POST_NOT_FAILED');
      await this.posts.detachImages(tx.em, id, media_ids);
      await this.attach(tx, platform, id, media_ids);
      await this.posts.forgetUploads(tx.em, id);
      await this.audit.record(tx, { type: 'post_changed', ...auditActorOf(context), platform });
      return this.announce(tx, { ...post, ...change }, now);
    });
  }

  /** Queues a failed post again. @throws AppError as `create`, NOT_FOUND or POST_NOT_FAILED */
  retry(caller: SessionContext, named: PlatformTarget, id: number): Promise<PostView> {
    return this.sessions.runAuthorized(caller, async (tx, context) => {
      const platform = await this.fence.checkRow(tx.em, context, named);
      requireConnected(platform);
      const post = await this.find(tx, platform.id, id);
      if (post.status !== 'failed') throw new AppError('POST_NOT_FAILED');
      const now = this.clock.now();
      const change = this.requeued(platform, now);
      await this.posts.update(tx.em, id, change);
      // An uncertain post may be on the instance already; its uploads identify it there.
      if (!post.uncertain) await this.posts.forgetUploads(tx.em, id);
      return this.announce(tx, { ...post, ...change }, now);
    });
  }

  /** Deletes a post that has not been published. @throws AppError as `retry` */
  async discard(caller: SessionContext, named: PlatformTarget, id: number): Promise<void> {
    await this.sessions.runAuthorized(caller, async (tx, context) => {
      const platform = await this.fence.checkRow(tx.em, context, named);
      const post = await this.find(tx, platform.id, id);
      // Fails if a worker has claimed the post since it was read.
      if (!(await this.posts.removeUnpublished(tx.em, id))) throw new AppError('POST_NOT_FAILED');
      await this.audit.record(tx, { type: 'post_discarded', ...auditActorOf(context), platform });
      const at = this.clock.now().toISOString();
      const { userId } = post;
      tx.publish({ name: 'post.removed', payload: { userId, postId: id, platformId: platform.id, at } });
    });
  }

  private requeued(platform: PlatformConnection, now: Date) {
    return { status: 'queued', error: null, queuedAt: now, nextAttemptAt: dueAt(platform, now) } as const;
  }

  /** @throws AppError VALIDATION_ERROR */
  private async attach({ em }: Transaction, platform: PlatformConnection, postId: number, wanted: number[]) {
    const attached = await this.posts.attachImages(em, platform.id, postId, wanted);
    if (attached !== wanted.length) throw invalidField('media_ids', 'media_ids must name own, unused images');
  }

  private async find(tx: Transaction, platformId: number, id: number): Promise<Post> {
    const post = await this.posts.find(tx.em, platformId, id);
    if (!post) throw new AppError('NOT_FOUND');
    return post;
  }

  private async announce(tx: Transaction, post: Post, at: Date): Promise<PostView> {
    const view = toPostView(post, await this.posts.imagesOf(tx.em, [post]));
    tx.publish({ name: 'post.updated', payload: { userId: post.userId, post: view, at: at.toISOString() } });
    return view;
  }
}

function requireConnected({ needsReconnect }: PlatformConnection): void {
  if (needsReconnect) throw new AppError('PLATFORM_RECONNECT_NEEDED');
}

/**
 * When a new post is due: now if the instance has confirmed the account. Otherwise when the delivery period ends; the
 * confirmation makes it due earlier.
 */
function dueAt({ confirmedAt }: PlatformConnection, now: Date): Date {
  return confirmedAt ? now : new Date(now.getTime() + GIVE_UP_AFTER_MS);
}
