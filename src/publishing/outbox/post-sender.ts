import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { describeError } from '../../common/describe-error';
import type { Image } from '../../database/entities/image.entity';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { Post } from '../../database/entities/post.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import type { InstanceClient } from '../../fediverse/instance-client';
import { InstanceError } from '../../fediverse/instance-error';
import type { RemoteStatus } from '../../fediverse/instance-types';
import { ConnectionRefresher } from '../../platform/connection-refresher';
import { Instances } from '../../platform/instances';
import type { Visibility } from '../../protocol/http';
import { PostRepository } from '../posts/post.repository';
import { MediaSender } from './media-sender';
import { PublishingRepository } from './publishing.repository';
import { isAnswerTo, isSameStatus, MAX_CLOCK_SKEW_MS, type SentPost } from './same-status';

/** Bounds of a search for one post; more pages of the account than a user writes in a day. */
const SEARCH_BOUNDS = { account: { pages: 50, ms: 60_000 }, home: { pages: 10, ms: 15_000 } };
/** In a search, a clock that is further behind is taken for one that is set by a proxy. */
const MAX_CLOCK_BEHIND_MS = 24 * 3_600_000;
/** Attempts after which an answer with another post, or "duplicate" without such a post, fails the post. */
const MAX_MISMATCHED_ANSWERS = 3;

/** `uncertain`: the post may be on the instance nevertheless. */
export type Outcome =
  | { kind: 'published'; status: RemoteStatus }
  /** Another attempt would not help. */
  | { kind: 'failed'; reason: string; uncertain: boolean }
  /** Retry after `pause` ms, or by the retry policy; `newKey`: the instance has the old key for another post. */
  | { kind: 'later'; reason: string; uncertain: boolean; pause?: number; newKey?: boolean };

/** Step of an attempt. Only an error while sending can leave an undetected post on the instance. */
type Step = 'searching' | 'uploading' | 'sending';

/** Makes attempts to publish posts. Makes network requests, so never call it inside a transaction. */
@Injectable()
export class PostSender {
  private readonly logger = new Logger('Publishing');
  private readonly processStartedAt: Date;

  constructor(
    private readonly work: UnitOfWork,
    private readonly queue: PublishingRepository,
    private readonly posts: PostRepository,
    private readonly media: MediaSender,
    private readonly instances: Instances,
    private readonly connections: ConnectionRefresher,
    private readonly clock: Clock,
  ) {
    this.processStartedAt = clock.now();
  }

  /** @param post as it was before it was claimed, except for its idempotency key */
  async attempt(post: Post, platform: PlatformConnection, images: Image[]): Promise<Outcome> {
    const { uncertain } = post;
    if (platform.needsReconnect) return { kind: 'failed', reason: 'The account must be connected again', uncertain };
    let step: Step = 'searching';
    try {
      const instance = this.instances.of(platform);
      // In a database restored from a backup, a post that was published long ago appears unsent.
      const there =
        uncertain || post.createdAt < this.processStartedAt
          ? await this.findSent(instance, post, platform, images)
          : null;
      if (there) return { kind: 'published', status: there };
      step = 'uploading';
      // After a manual retry the uploads may be old, and instances delete unused media.
      if (uncertain && post.status === 'queued') await this.forgetUploads(post, images);
      const mediaIds = await this.media.uploadAll(instance, images);
      step = 'sending';
      return await this.send(instance, post, platform, images, mediaIds);
    } catch (error) {
      return this.outcomeOf(error, post, platform, images, step);
    }
  }

  private async send(
    instance: InstanceClient,
    post: Post,
    platform: PlatformConnection,
    images: Image[],
    mediaIds: string[],
  ): Promise<Outcome> {
    const form = {
      status: post.content,
      visibility: post.visibility,
      ...(post.spoilerText && { spoiler_text: post.spoilerText, sensitive: true }),
      ...(post.language && { language: post.language }),
      ...(mediaIds.length > 0 && { media_ids: mediaIds }),
    };
    const status = await instance.postStatus(form, post.idempotencyKey!, this.clock.now());
    const isTaken = (await this.idsOfOtherPosts(platform, post, [status.id])).has(status.id);
    const behind = instance.clockBehind(this.clock.now());
    if (!isTaken && isAnswerTo(status, sentOf(post, images, behind))) return { kind: 'published', status };
    // Uncertain: the instance may have changed the post beyond recognition.
    return mismatch('The instance took it for another post', post, true);
  }

  /** The status, if an earlier attempt did arrive. @throws InstanceError if that cannot be determined */
  private async findSent(instance: InstanceClient, post: Post, platform: PlatformConnection, images: Image[]) {
    const found = await this.findIn('account', instance, post, platform, images);
    if (found || isPublic(post.visibility)) return found;
    // snac lists only the public ones of an account.
    return this.findIn('home', instance, post, platform, images).catch((error: unknown) => {
      if (error instanceof InstanceError && error.isRefusal) return null;
      throw error;
    });
  }

  private async findIn(
    place: 'account' | 'home',
    instance: InstanceClient,
    post: Post,
    platform: PlatformConnection,
    images: Image[],
  ): Promise<RemoteStatus | null> {
    const bounds = SEARCH_BOUNDS[place];
    const until = performance.now() + bounds.ms;
    let pages = 0;
    for await (const page of instance.statusesBack(platform.remoteAccountId!, place)) {
      // A search that goes back further may find an older post with the same words.
      const behind = Math.min(instance.clockBehind(this.clock.now()), MAX_CLOCK_BEHIND_MS);
      const sent = sentOf(post, images, behind);
      const since = sent.createdAt.getTime() - MAX_CLOCK_SKEW_MS;
      const own = page.filter(({ accountId }) => place === 'account' || accountId === platform.remoteAccountId);
      const alike = own.filter((status) => isSameStatus(status, sent));
      const taken = await this.idsOfOtherPosts(
        platform,
        post,
        alike.map(({ id }) => id),
      );
      const there = alike.find(({ id }) => !taken.has(id));
      if (there) return there;
      if ((page.at(-1)?.createdAt.getTime() ?? since) < since) return null;
      const isTooLong = ++pages === bounds.pages || performance.now() > until;
      // A home timeline contains the posts of others, and may have no end.
      if (isTooLong && place === 'home') return null;
      if (isTooLong) throw new InstanceError('lost', 'The post cannot be found in time among the newer ones');
    }
    return null;
  }

  /** @returns those of `ids` that belong to another post */
  private idsOfOtherPosts(platform: PlatformConnection, post: Post, ids: string[]): Promise<Set<string>> {
    return this.work.read((em) => this.queue.knownRemoteIds(em, platform.id, post.id, ids));
  }

  private async forgetUploads(post: Post, images: Image[]): Promise<void> {
    await this.work.write((tx) => this.posts.forgetUploads(tx.em, post.id));
    for (const image of images) image.remoteId = null;
  }

  private async outcomeOf(
    error: unknown,
    post: Post,
    platform: PlatformConnection,
    images: Image[],
    step: Step,
  ): Promise<Outcome> {
    const { uncertain } = post;
    if (!(error instanceof InstanceError)) {
      this.logger.warn(`Post ${post.id}: ${describeError(error)}`);
      return { kind: 'later', reason: 'Something went wrong here', uncertain: uncertain || step === 'sending' };
    }
    const { fault, message } = error;
    const pause = error.details.retryAfter;
    if (error.rejectsToken) return this.reconnect(error, post, platform);
    // A failed search says nothing about the post itself.
    if (step === 'searching') return { kind: 'later', reason: message, uncertain, pause };
    if (step === 'sending' && (fault === 'duplicate' || fault === 'unreadable')) {
      return this.findAfterAnswer(error, post, platform, images);
    }
    if (error.isRefusal) return this.refused(error, post, platform);
    if (fault === 'unreadable' || (await this.media.recordUploadFailure(error, images))) {
      return { kind: 'failed', reason: message, uncertain };
    }
    const lost = step === 'sending' && fault === 'lost';
    return { kind: 'later', reason: message, uncertain: uncertain || lost, pause };
  }

  /** Searches at once: after "duplicate" or an unreadable answer the post may be on the instance. */
  private async findAfterAnswer(error: InstanceError, post: Post, platform: PlatformConnection, images: Image[]) {
    const { message } = error;
    try {
      const there = await this.findSent(this.instances.of(platform), post, platform, images);
      if (there) return { kind: 'published', status: there } as const;
    } catch (other) {
      const pause = other instanceof InstanceError ? other.details.retryAfter : undefined;
      return { kind: 'later', reason: message, uncertain: true, pause } as const;
    }
    if (error.fault === 'unreadable') return { kind: 'failed', reason: message, uncertain: true } as const;
    return mismatch(`The instance refused the post: ${message}`, post, post.uncertain);
  }

  /** Checks the token, because some instances answer an invalid token with a refusal of the post. */
  private async refused(error: InstanceError, post: Post, platform: PlatformConnection): Promise<Outcome> {
    try {
      await this.instances.of(platform).verifyCredentials();
    } catch (other) {
      if (other instanceof InstanceError && other.rejectsToken) return this.reconnect(other, post, platform);
    }
    return { kind: 'failed', reason: `The instance refused the post: ${error.message}`, uncertain: post.uncertain };
  }

  private async reconnect(
    { fault, message }: InstanceError,
    { uncertain }: Post,
    platform: PlatformConnection,
  ): Promise<Outcome> {
    await this.connections.markRejected(platform, message);
    const reason = fault === 'forbidden' ? message : 'The account must be connected again';
    return { kind: 'failed', reason, uncertain };
  }
}

/** @param behindMs how far the instance's clock is behind ours */
function sentOf(post: Post, images: Image[], behindMs: number): SentPost {
  const { content, spoilerText } = post;
  const createdAt = new Date(post.createdAt.getTime() - behindMs);
  const mediaIds = images.map(({ remoteId }) => remoteId).filter((id) => id !== null);
  return { content, spoilerText, createdAt, mediaIds, mediaCount: images.length };
}

const isPublic = (visibility: Visibility): boolean => visibility === 'public' || visibility === 'unlisted';

/** The instance has the key for something else: retry with a new key, up to a maximum. */
function mismatch(reason: string, { attempts }: Post, uncertain: boolean): Outcome {
  if (attempts + 1 >= MAX_MISMATCHED_ANSWERS) return { kind: 'failed', reason, uncertain };
  return { kind: 'later', reason, uncertain, newKey: true };
}
