import { Injectable, Logger } from '@nestjs/common';
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
import { PublishingRepository } from './publishing.repository';
import { isSameStatus, MAX_CLOCK_SKEW_MS } from './same-status';

/** Pages of the account's statuses that are looked through for one post; more than anybody writes in a day. */
const LOOK_AT = 50;
/** How often an attachment is asked for that the instance still works on, and how long between; ms. */
const MEDIA_TRIES = 40;
const MEDIA_PAUSE = 500;

/** `uncertain`: the post may be on the instance all the same. */
export type Outcome =
  | { kind: 'published'; status: RemoteStatus }
  /** Nothing changes by trying again. */
  | { kind: 'failed'; reason: string; uncertain: boolean }
  /** Tried again after `pause` ms, or when the worker sees fit. */
  | { kind: 'later'; reason: string; uncertain: boolean; pause?: number };

/** What an attempt is at. Only what goes wrong in sending can leave a post on the instance unseen. */
type Step = 'looking' | 'bringing' | 'sending';

/** One attempt to bring a post to its instance. Talks to the network, so never inside of a transaction. */
@Injectable()
export class Publication {
  private readonly logger = new Logger('Publishing');

  constructor(
    private readonly work: UnitOfWork,
    private readonly queue: PublishingRepository,
    private readonly posts: PostRepository,
    private readonly instances: Instances,
    private readonly keeper: ConnectionRefresher,
  ) {}

  /** @param post as it was before the worker took it up */
  async attempt(post: Post, platform: PlatformConnection, images: Image[]): Promise<Outcome> {
    const { uncertain } = post;
    if (platform.needsReconnect) return { kind: 'failed', reason: 'The account must be connected again', uncertain };
    let step: Step = 'looking';
    try {
      const instance = this.instances.of(platform);
      const there = uncertain ? await this.look(instance, post, platform, images) : null;
      if (there) return { kind: 'published', status: there };
      step = 'bringing';
      // Somebody has asked for it once more, long after: instances forget what was not used.
      if (uncertain && post.status === 'queued') await this.forgetUploads(post, images);
      const mediaIds = await this.bringMedia(instance, images);
      step = 'sending';
      return { kind: 'published', status: await this.send(instance, post, platform, mediaIds) };
    } catch (error) {
      return this.judge(error, post, platform, step);
    }
  }

  private send(instance: InstanceClient, post: Post, platform: PlatformConnection, mediaIds: string[]) {
    const form = {
      status: post.content,
      visibility: post.visibility,
      ...(post.spoilerText && { spoiler_text: post.spoilerText, sensitive: true }),
      ...(post.language && { language: post.language }),
      ...(mediaIds.length > 0 && { media_ids: mediaIds }),
    };
    return instance.postStatus(form, idempotencyKey(post, platform));
  }

  /** The post, if an earlier attempt did arrive after all. @throws InstanceError when it cannot be told */
  private async look(instance: InstanceClient, post: Post, platform: PlatformConnection, images: Image[]) {
    const mediaIds = images.map(({ remoteId }) => remoteId).filter((id) => id !== null);
    // Attachments that were never brought there are in no status either.
    if (mediaIds.length < images.length) return null;
    const since = post.createdAt.getTime() - MAX_CLOCK_SKEW_MS;
    let pages = 0;
    for await (const page of instance.statusesBack(platform.remoteAccountId!)) {
      const there = await this.ours(
        platform,
        page.filter((status) => isSameStatus(status, { ...post, mediaIds })),
      );
      if (there) return there;
      if (page.at(-1)!.createdAt.getTime() < since) return null;
      if (++pages === LOOK_AT) throw new InstanceError('lost', 'There are too many newer posts to find this one among');
    }
    return null;
  }

  /** The first of these that is not another post's already. */
  private async ours(platform: PlatformConnection, alike: RemoteStatus[]): Promise<RemoteStatus | undefined> {
    const ids = alike.map(({ id }) => id);
    const taken = await this.work.read((em) => this.queue.knownRemoteIds(em, platform.id, ids));
    return alike.find(({ id }) => !taken.has(id));
  }

  private async forgetUploads(post: Post, images: Image[]): Promise<void> {
    await this.work.write((tx) => this.posts.forgetUploads(tx.em, post.id));
    for (const image of images) image.remoteId = null;
  }

  /** @returns the attachments' ids, in the order of the images */
  private async bringMedia(instance: InstanceClient, images: Image[]): Promise<string[]> {
    const ids: string[] = [];
    for (const image of images) {
      if (image.remoteId === null) {
        const bytes = await this.work.read((em) => this.queue.bytesOf(em, image.id));
        if (bytes.length === 0) throw new InstanceError('refused', 'the image is not there any more');
        const file = { bytes, mimeType: image.mimeType ?? 'application/octet-stream', description: image.altText };
        const media = await instance.uploadMedia(file);
        await this.work.write((tx) => this.queue.noteUpload(tx.em, image.id, media.id));
        image.remoteId = media.id;
      }
      ids.push(image.remoteId);
    }
    for (const id of ids) await this.untilReady(instance, id);
    return ids;
  }

  private async untilReady(instance: InstanceClient, id: string): Promise<void> {
    for (let tries = 0; tries < MEDIA_TRIES; tries++) {
      if (await instance.mediaIsReady(id)) return;
      await new Promise((resolve) => setTimeout(resolve, MEDIA_PAUSE));
    }
    throw new InstanceError('limited', 'The instance is still working on the images');
  }

  private async judge(error: unknown, post: Post, platform: PlatformConnection, step: Step): Promise<Outcome> {
    const { uncertain } = post;
    if (!(error instanceof InstanceError)) {
      this.logger.warn(`Post ${post.id}: ${(error as Error).message}`);
      return { kind: 'later', reason: 'Something went wrong here', uncertain: uncertain || step === 'sending' };
    }
    const { fault, message, details } = error;
    if (error.rejectsToken) {
      await this.keeper.markRejected(platform, message);
      const reason = fault === 'forbidden' ? message : 'The account must be connected again';
      return { kind: 'failed', reason, uncertain };
    }
    // Who may not look does not know: that is no answer to the post.
    if (fault === 'refused' && step !== 'looking') {
      return { kind: 'failed', reason: `The instance refused the post: ${message}`, uncertain };
    }
    const lost = step === 'sending' && fault === 'lost';
    return { kind: 'later', reason: message, uncertain: uncertain || lost, pause: details.retryAfter };
  }
}

/**
 * The post's id: sent again with the same key, Mastodon answers with the status that there is. Pixelfed refuses a key
 * that it has seen within the hour, whatever came of it; what keeps a post single there are its attachments, each of
 * which goes into one status.
 */
function idempotencyKey({ id, attempts }: Post, { platformType }: PlatformConnection): string {
  return platformType === 'pixelfed' && attempts > 0 ? `${id}-${attempts}` : String(id);
}
