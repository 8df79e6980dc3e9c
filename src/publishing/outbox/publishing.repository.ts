/** Queries on queued posts of all users. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThan, Not } from 'typeorm';
import { MediaChunk } from '../../database/entities/media-chunk.entity';
import { PlatformConnection } from '../../database/entities/platform-connection.entity';
import { Post } from '../../database/entities/post.entity';
import { type AtLimit, excludeAtLimit } from '../../platform/instance-concurrency';

/** How long a waiting post holds back later ones of its account, to keep their order. */
const MAX_ORDERED_WAIT_MS = 60_000;
/** A post due within this time precedes later ones, whatever its age: a rate limit ends for all of them at once. */
const DUE_SOON_MS = 5000;

const momentsAt = (now: Date) => ({
  now,
  ordered: new Date(now.getTime() - MAX_ORDERED_WAIT_MS),
  soon: new Date(now.getTime() + DUE_SOON_MS),
});

@Injectable()
export class PublishingRepository {
  /**
   * The post that has been due longest, with its platform.
   * @param busy ids of platforms to skip
   * @param full instances and users to skip
   */
  nextDue(em: EntityManager, now: Date, busy: number[], full: AtLimit): Promise<Post | null> {
    const query = em
      .createQueryBuilder(Post, 'post')
      .innerJoinAndSelect('post.platform', 'platform')
      .where('post.next_attempt_at <= :now', { now })
      .andWhere(`NOT EXISTS (${this.preceding(em)})`, momentsAt(now))
      .orderBy('post.next_attempt_at', 'ASC')
      .addOrderBy('post.id', 'ASC')
      .limit(1);
    if (busy.length > 0) query.andWhere('post.platform_connection_id NOT IN (:...busy)', { busy });
    excludeAtLimit(query, full);
    return query.getOne();
  }

  /**
   * Claims the post until `lease`, unless a post of the same account precedes it.
   * @returns the post as it was before, except for its idempotency key; null if another worker has claimed it first
   */
  async claim(em: EntityManager, { id, attempts, nextAttemptAt, platform }: Post, now: Date, lease: Date) {
    await this.lockPlatform(em, platform!.id);
    const post = await em
      .createQueryBuilder(Post, 'post')
      .where('post.id = :id AND post.attempts = :attempts AND post.next_attempt_at = :nextAttemptAt')
      .andWhere(`NOT EXISTS (${this.preceding(em)})`)
      .setParameters({ id, attempts, nextAttemptAt, ...momentsAt(now) })
      .getOne();
    if (!post) return null;
    // Pixelfed refuses every key it has seen, even after a failure, so each attempt there needs a new key.
    const keepsKey = post.idempotencyKey !== null && platform!.platformType !== 'pixelfed';
    const idempotencyKey = keepsKey ? post.idempotencyKey : randomUUID();
    // Uncertain until the worker stores the outcome, which a killed worker never does.
    const taken = { status: 'publishing', error: null, attempts: attempts + 1, uncertain: true } as const;
    await em.update(Post, { id }, { ...taken, idempotencyKey, nextAttemptAt: lease });
    return { ...post, idempotencyKey };
  }

  /** Posts of the same account that precede `post`: one being sent, or an earlier one that is recent or due soon. */
  private preceding(em: EntityManager): string {
    return em
      .createQueryBuilder(Post, 'other')
      .select('1')
      .where('other.platform_connection_id = post.platform_connection_id AND other.next_attempt_at IS NOT NULL')
      .andWhere(
        `(other.status = 'publishing' AND other.error IS NULL AND other.next_attempt_at > :now AND other.id <> post.id
        OR other.id < post.id
          AND (COALESCE(other.queued_at, other.created_at) > :ordered OR other.next_attempt_at <= :soon))`,
      )
      .getQuery();
  }

  /** A no-op update locks the row on MySQL and has no effect on SQLite. */
  private async lockPlatform(em: EntityManager, id: number): Promise<void> {
    await em
      .createQueryBuilder()
      .update(PlatformConnection)
      .set({ isActive: () => 'is_active' })
      .where({ id })
      .execute();
  }

  async renew(em: EntityManager, claims: readonly { postId: number; attempts: number }[], lease: Date): Promise<void> {
    for (const { postId: id, attempts } of claims) {
      await em.update(Post, { id, attempts, status: 'publishing' }, { nextAttemptAt: lease });
    }
  }

  /** Stores an outcome if the caller still has the claim. @returns false if another worker has it or the post is gone */
  async saveOutcome(em: EntityManager, id: number, attempts: number, outcome: Partial<Post>): Promise<boolean> {
    return (await em.update(Post, { id, attempts, status: 'publishing' }, outcome)).affected === 1;
  }

  post(em: EntityManager, id: number): Promise<Post | null> {
    return em.findOne(Post, { where: { id } });
  }

  platform(em: EntityManager, id: number): Promise<PlatformConnection | null> {
    return em.findOne(PlatformConnection, { where: { id } });
  }

  /** @returns those of `remoteIds` that another sent post has; an imported one (no attempts) may be this very post */
  async knownRemoteIds(em: EntityManager, platformConnectionId: number, except: number, remoteIds: string[]) {
    if (remoteIds.length === 0) return new Set<string>();
    const where = { platformConnectionId, remoteId: In(remoteIds), attempts: MoreThan(0), id: Not(except) };
    const rows = await em.find(Post, { select: { id: true, remoteId: true }, where });
    return new Set(rows.map(({ remoteId }) => remoteId!));
  }

  /** The copy of this post that was imported from the instance before the outcome was known. */
  async findImportedCopy(em: EntityManager, platformConnectionId: number, remoteId: string): Promise<Post | null> {
    return em.findOne(Post, { where: { platformConnectionId, remoteId, attempts: 0 } });
  }

  /** A chunk of an uploaded file; null past its end. */
  async bytesOf(em: EntityManager, imageId: number, position: number): Promise<Buffer | null> {
    return (await em.findOne(MediaChunk, { where: { imageId, position } }))?.bytes ?? null;
  }

  /** Deletes stored files once the instance has them. */
  async dropBytes(em: EntityManager, imageIds: number[]): Promise<void> {
    if (imageIds.length > 0) await em.delete(MediaChunk, { imageId: In(imageIds) });
  }
}
