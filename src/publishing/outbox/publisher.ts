import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop, type Running } from '../../common/background-loop';
import { Clock } from '../../common/clock';
import { describeError } from '../../common/describe-error';
import { DomainEvents } from '../../common/domain-events';
import { Lifecycle } from '../../common/lifecycle';
import { isDuplicateKey } from '../../database/database-errors';
import type { Post } from '../../database/entities/post.entity';
import { type Transaction, UnitOfWork } from '../../database/unit-of-work';
import { ConnectionHooks } from '../../platform/connection-hooks';
import { atConcurrencyLimit } from '../../platform/instance-concurrency';
import { PostRepository } from '../posts/post.repository';
import { toPostView } from '../posts/post.views';
import { type Outcome, PostSender } from './post-sender';
import { PublishingRepository } from './publishing.repository';
import { GIVE_UP_AFTER_MS, retryPause } from './retry-policy';
import { isNamedByStatus } from './same-status';

/** Polling interval for posts that other nodes queued. */
const POLL_INTERVAL_MS = 1000;
/** A claim expires this long after its last renewal, which frees the posts of a killed worker. */
const LEASE_MS = 12_000;
const LEASE_RENEWAL_INTERVAL_MS = 4000;
/** Platforms a node publishes to concurrently, each one post at a time; see also `atConcurrencyLimit`. */
const MAX_CONCURRENT_PLATFORMS = 8;
const MAX_PLATFORMS_PER_USER = 4;

interface RunningAttempt extends Running {
  postId: number;
  attempts: number;
}

/**
 * Publishes queued posts. Their table is the queue: any node claims due posts, and a post may be sent more than once. The
 * idempotency key, and a search of the account's statuses before resending, prevent duplicates.
 */
@Injectable()
export class Publisher implements OnApplicationBootstrap {
  private readonly logger = new Logger('Publishing');
  /** Running tasks are keyed by the platform's id. */
  private readonly loop = new BackgroundLoop<RunningAttempt>('Publishing', POLL_INTERVAL_MS, () => this.startDue(), {
    intervalMs: LEASE_RENEWAL_INTERVAL_MS,
    renew: () => this.renew(),
  });

  constructor(
    private readonly work: UnitOfWork,
    private readonly queue: PublishingRepository,
    private readonly posts: PostRepository,
    private readonly sender: PostSender,
    private readonly hooks: ConnectionHooks,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {}

  onApplicationBootstrap(): void {
    this.events.on('post.updated', ({ post }) => {
      if (post.status === 'queued') this.loop.wake();
    });
    // Posts wait until the connection is confirmed; after a rejection they fail at once.
    const makeDue: Parameters<ConnectionHooks['on']>[1] = (tx, { id }) =>
      this.posts.makeDue(tx.em, id, this.clock.now());
    this.hooks.on('confirmed', makeDue);
    this.hooks.on('rejected', makeDue);
    this.events.on('platforms.changed', () => this.loop.wake());
    this.loop.start();
    this.lifecycle.stopAtShutdown(this.loop);
  }

  private async startDue(): Promise<void> {
    /** Platforms whose post another node has claimed since it was read: skipped until the next poll. */
    const taken: number[] = [];
    while (!this.loop.isStopped && this.loop.running.size < MAX_CONCURRENT_PLATFORMS) {
      const now = this.clock.now();
      const [busy, full] = [
        [...this.loop.running.keys(), ...taken],
        atConcurrencyLimit(this.loop.running.values(), MAX_PLATFORMS_PER_USER),
      ];
      const post = await this.work.read((em) => this.queue.nextDue(em, now, busy, full));
      if (!post) return;
      const mine = await this.work.write(async (tx) => {
        const claimed = await this.queue.claim(tx.em, post, now, new Date(this.clock.now().getTime() + LEASE_MS));
        if (claimed) await this.announce(tx, post.id);
        return claimed;
      });
      if (!mine) {
        taken.push(post.platformConnectionId);
        continue;
      }
      const done = this.publish(mine).finally(() => {
        this.loop.running.delete(post.platformConnectionId);
        this.loop.wake();
      });
      const { instanceUrl, userId } = post.platform!;
      const attempt = { postId: post.id, attempts: post.attempts + 1, instanceUrl, userId, done };
      this.loop.running.set(post.platformConnectionId, attempt);
    }
  }

  /** @param post as it was before it was claimed */
  private async publish(post: Post): Promise<void> {
    try {
      const { platform, images } = await this.work.read(async (em) => ({
        platform: await this.queue.platform(em, post.platformConnectionId),
        images: await this.posts.imagesOf(em, [post]),
      }));
      if (!platform) return;
      const outcome = await this.sender.attempt(post, platform, images);
      await this.saveOutcome(post, outcome);
    } catch (error) {
      // After the lease has expired, the next worker searches for the status before sending.
      this.logger.warn(`Post ${post.id} was left as it is: ${describeError(error)}`);
    }
  }

  private async saveOutcome(post: Post, outcome: Outcome): Promise<void> {
    const write = (result: Outcome) => (error: unknown) =>
      isDuplicateKey(error) ? this.trySaveOutcome(post, result) : Promise.reject(error);
    // Duplicate remote id: a concurrent import has stored the status, which the second try removes. If that fails too,
    // the instance has answered with the status of another of our posts.
    const other: Outcome = { kind: 'later', reason: 'The instance took it for another post', uncertain: true };
    await this.trySaveOutcome(post, outcome).catch(write(outcome)).catch(write(other));
  }

  private async trySaveOutcome(post: Post, outcome: Outcome): Promise<void> {
    await this.work.write(async (tx) => {
      if (outcome.kind === 'published') await this.removeImportedCopy(tx, post, outcome.status.id);
      const mine = await this.queue.saveOutcome(tx.em, post.id, post.attempts + 1, this.toRow(post, outcome));
      // Rolls back the removal of the copy too.
      if (!mine) throw new Error('another worker has claimed it, or it was deleted');
      if (outcome.kind === 'published') await this.saveImages(tx, post.id, outcome);
      await this.announce(tx, post.id);
    });
  }

  private toRow(post: Post, outcome: Outcome): Partial<Post> {
    const now = this.clock.now();
    const age = now.getTime() - (post.queuedAt ?? post.createdAt).getTime();
    if (outcome.kind === 'published') {
      const { id, url } = outcome.status;
      // Some instances restrict the visibility further than requested.
      const { visibility } = outcome.status;
      const published = { status: 'published', postUrl: url, remoteId: id, publishedAt: now, visibility } as const;
      return { ...published, error: null, uncertain: false, nextAttemptAt: null };
    }
    const { uncertain } = outcome;
    const error = outcome.reason.slice(0, 500);
    if (outcome.kind === 'failed' || age > GIVE_UP_AFTER_MS) {
      return { status: 'failed', error, uncertain, nextAttemptAt: null };
    }
    const nextAttemptAt = new Date(now.getTime() + (outcome.pause ?? retryPause(age)));
    const key = outcome.newKey && { idempotencyKey: randomUUID() };
    return { status: uncertain ? 'publishing' : 'queued', error, uncertain, nextAttemptAt, ...key };
  }

  private async removeImportedCopy(
    tx: Transaction,
    { userId, platformConnectionId }: Post,
    remoteId: string,
  ): Promise<void> {
    const copy = await this.queue.findImportedCopy(tx.em, platformConnectionId, remoteId);
    if (!copy) return;
    await this.posts.remove(tx.em, copy.id);
    const at = this.clock.now().toISOString();
    tx.publish({ name: 'post.removed', payload: { userId, postId: copy.id, platformId: platformConnectionId, at } });
  }

  private async saveImages(tx: Transaction, postId: number, { status }: Extract<Outcome, { kind: 'published' }>) {
    const images = await this.posts.imagesOf(tx.em, [{ id: postId }]);
    for (const [position, image] of images.entries()) {
      const shown = status.media.find(({ id }, index) =>
        isNamedByStatus(id) ? index === position : id === image.remoteId,
      );
      await this.posts.updateImage(tx.em, image.id, { url: shown?.url ?? null, ...(shown && { remoteId: shown.id }) });
    }
    await this.queue.dropBytes(
      tx.em,
      images.map(({ id }) => id),
    );
  }

  private async announce(tx: Transaction, postId: number): Promise<void> {
    const post = await this.queue.post(tx.em, postId);
    if (!post) return;
    const view = toPostView(post, await this.posts.imagesOf(tx.em, [post]));
    const at = this.clock.now().toISOString();
    tx.publish({ name: 'post.updated', payload: { userId: post.userId, post: view, at } });
  }

  private renew(): void {
    if (this.loop.running.size === 0) return;
    const lease = new Date(this.clock.now().getTime() + LEASE_MS);
    this.work.write((tx) => this.queue.renew(tx.em, [...this.loop.running.values()], lease)).catch(() => undefined);
  }
}
