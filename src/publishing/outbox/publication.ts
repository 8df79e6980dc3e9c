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
import { PostRepository } from '../posts/post.repository';
import { MediaSender } from './media-sender';
import { PublishingRepository } from './publishing.repository';
import { isAnswerTo, isSameStatus, MAX_CLOCK_SKEW_MS } from './same-status';

/** Pages of the account's statuses that are looked through for one post; more than anybody writes in a day. */
const LOOK_AT_PAGES = 50;
/** Answers with another post than the one that was sent, or "I have it" without having it, until we believe it. */
const MAX_STRANGE_ANSWERS = 3;

/** `uncertain`: the post may be on the instance all the same. */
export type Outcome =
  | { kind: 'published'; status: RemoteStatus }
  /** Nothing changes by trying again. */
  | { kind: 'failed'; reason: string; uncertain: boolean }
  /** Tried again after `pause` ms, or when the worker sees fit; `newKey`: the old one stands for something else there. */
  | { kind: 'later'; reason: string; uncertain: boolean; pause?: number; newKey?: boolean };

/** What an attempt is at. Only what goes wrong in sending can leave a post on the instance unseen. */
type Step = 'looking' | 'bringing' | 'sending';

/** One attempt to bring a post to its instance. Talks to the network, so never inside of a transaction. */
@Injectable()
export class Publication {
  private readonly logger = new Logger('Publishing');
  private readonly startedAt: Date;

  constructor(
    private readonly work: UnitOfWork,
    private readonly queue: PublishingRepository,
    private readonly posts: PostRepository,
    private readonly media: MediaSender,
    private readonly instances: Instances,
    private readonly connections: ConnectionRefresher,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.now();
  }

  /** @param post as it was before the worker took it up, but for its key */
  async attempt(post: Post, platform: PlatformConnection, images: Image[]): Promise<Outcome> {
    const { uncertain } = post;
    if (platform.needsReconnect) return { kind: 'failed', reason: 'The account must be connected again', uncertain };
    let step: Step = 'looking';
    try {
      const instance = this.instances.of(platform);
      // A database that was restored from a backup takes for unsent what has long been there.
      const there =
        uncertain || post.createdAt < this.startedAt ? await this.look(instance, post, platform, images) : null;
      if (there) return { kind: 'published', status: there };
      step = 'bringing';
      // Tried again by hand, long after: instances forget what was not used.
      if (uncertain && post.status === 'queued') await this.forgetUploads(post, images);
      const mediaIds = await this.media.bring(instance, images);
      step = 'sending';
      return await this.send(instance, post, platform, images, mediaIds);
    } catch (error) {
      return this.judge(error, post, platform, images, step);
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
    const isTaken = (await this.takenOf(platform, post, [status.id])).has(status.id);
    if (!isTaken && isAnswerTo(status, sentOf(post, images))) return { kind: 'published', status };
    return strange('The instance took it for another post', post, post.uncertain);
  }

  /** The post, if an earlier attempt did arrive after all. @throws InstanceError when it cannot be told */
  private async look(instance: InstanceClient, post: Post, platform: PlatformConnection, images: Image[]) {
    const sent = sentOf(post, images);
    const since = post.createdAt.getTime() - MAX_CLOCK_SKEW_MS;
    let pages = 0;
    for await (const page of instance.statusesBack(platform.remoteAccountId!)) {
      const alike = page.filter((status) => isSameStatus(status, sent));
      const taken = await this.takenOf(
        platform,
        post,
        alike.map(({ id }) => id),
      );
      const there = alike.find(({ id }) => !taken.has(id));
      if (there) return there;
      if (page.at(-1)!.createdAt.getTime() < since) return null;
      if (++pages === LOOK_AT_PAGES) {
        throw new InstanceError('lost', 'There are too many newer posts to find this one among');
      }
    }
    return null;
  }

  /** Those of these that are another post's already. */
  private takenOf(platform: PlatformConnection, post: Post, ids: string[]): Promise<Set<string>> {
    return this.work.read((em) => this.queue.knownRemoteIds(em, platform.id, post.id, ids));
  }

  private async forgetUploads(post: Post, images: Image[]): Promise<void> {
    await this.work.write((tx) => this.posts.forgetUploads(tx.em, post.id));
    for (const image of images) image.remoteId = null;
  }

  private async judge(
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
    // A reader that is not let in does not know: that is no answer to the post.
    if (step === 'looking') return { kind: 'later', reason: message, uncertain, pause };
    if (step === 'sending' && (fault === 'duplicate' || fault === 'unreadable')) {
      return this.lookAtOnce(error, post, platform, images);
    }
    if (error.isRefusal) return this.refused(error, post, platform);
    if (fault === 'unreadable' || (await this.media.isHopeless(error, images))) {
      return { kind: 'failed', reason: message, uncertain };
    }
    const lost = step === 'sending' && fault === 'lost';
    return { kind: 'later', reason: message, uncertain: uncertain || lost, pause };
  }

  /** "I have it" may be true. What was answered in a way that we cannot read may be there as well. */
  private async lookAtOnce(error: InstanceError, post: Post, platform: PlatformConnection, images: Image[]) {
    const { message } = error;
    try {
      const there = await this.look(this.instances.of(platform), post, platform, images);
      if (there) return { kind: 'published', status: there } as const;
    } catch (other) {
      const pause = other instanceof InstanceError ? other.details.retryAfter : undefined;
      return { kind: 'later', reason: message, uncertain: true, pause } as const;
    }
    if (error.fault === 'unreadable') return { kind: 'failed', reason: message, uncertain: true } as const;
    return strange(`The instance refused the post: ${message}`, post, post.uncertain);
  }

  /** Some say "no" to a post where the token is dead. */
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

function sentOf(post: Post, images: Image[]) {
  const mediaIds = images.map(({ remoteId }) => remoteId).filter((id) => id !== null);
  return { ...post, mediaIds, mediaCount: images.length };
}

/** The key stands for something else there: once more with another one, and not for ever. */
function strange(reason: string, { attempts }: Post, uncertain: boolean): Outcome {
  if (attempts + 1 >= MAX_STRANGE_ANSWERS) return { kind: 'failed', reason, uncertain };
  return { kind: 'later', reason, uncertain, newKey: true };
}
