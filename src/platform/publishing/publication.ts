import { Injectable } from '@nestjs/common';
import type { Image } from '../../database/entities/image.entity';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { Post } from '../../database/entities/post.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import { ConnectionKeeper } from '../instances/connection-keeper';
import type { InstanceClient } from '../instances/instance-client';
import { InstanceError } from '../instances/instance-error';
import type { RemoteStatus } from '../instances/instance-types';
import { Instances } from '../instances/instances';
import { UnsealError } from '../token-cipher';
import { PublishingRepository } from './publishing.repository';
import { isSameStatus } from './same-status';

/** How many of the account's latest statuses are looked through; the most that instances give at once. */
const LOOK_AT = 40;
/** How often an attachment is asked for that the instance still works on, and how long between; ms. */
const MEDIA_TRIES = 40;
const MEDIA_PAUSE = 500;

export type Outcome =
  | { kind: 'published'; status: RemoteStatus }
  /** The instance said no: nothing changes by trying again. */
  | { kind: 'failed'; reason: string }
  /** Tried again after `pause` ms, or when the worker sees fit. `sent`: it may be there already. */
  | { kind: 'later'; reason: string; sent: boolean; pause?: number };

/** One attempt to bring a post to its instance. Talks to the network, so never inside of a transaction. */
@Injectable()
export class Publication {
  constructor(
    private readonly work: UnitOfWork,
    private readonly posts: PublishingRepository,
    private readonly instances: Instances,
    private readonly keeper: ConnectionKeeper,
  ) {}

  /** @param again an attempt was made before, of which we do not know all */
  async attempt(post: Post, platform: PlatformConnection, images: Image[], again: boolean): Promise<Outcome> {
    if (platform.needsReconnect) return { kind: 'failed', reason: 'The account must be connected again' };
    let sent = false;
    try {
      const instance = this.instances.of(platform);
      const there = again ? await this.look(instance, post, platform, images) : null;
      if (there) return { kind: 'published', status: there };
      const mediaIds = await this.bringMedia(instance, images);
      sent = true;
      return { kind: 'published', status: await this.send(instance, post, mediaIds) };
    } catch (error) {
      return this.judge(error, platform, sent);
    }
  }

  private send(instance: InstanceClient, post: Post, mediaIds: string[]): Promise<RemoteStatus> {
    const form = {
      status: post.content,
      visibility: post.visibility,
      ...(post.spoilerText && { spoiler_text: post.spoilerText, sensitive: true }),
      ...(post.language && { language: post.language }),
      ...(mediaIds.length > 0 && { media_ids: mediaIds }),
    };
    return instance.postStatus(form, String(post.id));
  }

  /** The post, if an earlier attempt did arrive after all. */
  private async look(instance: InstanceClient, post: Post, platform: PlatformConnection, images: Image[]) {
    const accountId = platform.remoteAccountId ?? (await instance.verifyCredentials()).id;
    const recent = await instance.recentStatuses(accountId, LOOK_AT);
    const mediaIds = images.map(({ remoteId }) => remoteId).filter((id) => id !== null);
    // Attachments that were never brought there are in no status either.
    if (mediaIds.length < images.length) return null;
    const alike = recent.filter((status) => isSameStatus(status, { ...post, mediaIds }));
    const ids = alike.map(({ id }) => id);
    const taken = await this.work.read((em) => this.posts.knownRemoteIds(em, platform.id, ids));
    return alike.find(({ id }) => !taken.has(id)) ?? null;
  }

  /** @returns the attachments' ids, in the order of the images */
  private async bringMedia(instance: InstanceClient, images: Image[]): Promise<string[]> {
    const ids: string[] = [];
    for (const image of images) {
      if (image.remoteId === null) {
        const bytes = await this.work.read((em) => this.posts.bytesOf(em, image.id));
        if (bytes.length === 0) throw new InstanceError('refused', 'the image is not there any more');
        const file = { bytes, mimeType: image.mimeType ?? 'application/octet-stream', description: image.altText };
        const media = await instance.uploadMedia(file);
        await this.work.write((tx) => this.posts.noteUpload(tx.em, image.id, media.id));
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

  private async judge(error: unknown, platform: PlatformConnection, sent: boolean): Promise<Outcome> {
    const dead = error instanceof UnsealError || (error instanceof InstanceError && error.fault === 'unauthorized');
    if (dead) {
      await this.keeper.markRejected(platform, error.message);
      return { kind: 'failed', reason: 'The account must be connected again' };
    }
    if (!(error instanceof InstanceError)) throw error;
    const { fault, message, details } = error;
    if (fault === 'refused') return { kind: 'failed', reason: `The instance refused the post: ${message}` };
    return { kind: 'later', reason: message, sent: sent && fault === 'lost', pause: details.retryAfter };
  }
}
