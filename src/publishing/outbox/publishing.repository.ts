/** Queries on posts that wait to be published, whoever's they are. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThan, Not } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { MediaChunk } from '../../database/entities/media-chunk.entity';
import { PlatformConnection } from '../../database/entities/platform-connection.entity';
import { Post } from '../../database/entities/post.entity';

/** How long a post that waits holds back those that were written after it, so that they come out in order; ms. */
const IN_ORDER_FOR_MS = 60_000;
/** One whose turn comes within so long goes before them, however long it has waited: a pause ends for all at once; ms. */
const TURN_COMES_WITHIN_MS = 5000;

const momentsAt = (now: Date) => ({
  now,
  ordered: new Date(now.getTime() - IN_ORDER_FOR_MS),
  soon: new Date(now.getTime() + TURN_COMES_WITHIN_MS),
});

@Injectable()
export class PublishingRepository {
  /**
   * The post that has been due longest, with its platform.
   * @param busy platforms, and `full` addresses of instances, whose posts stay where they are
   */
  nextDue(em: EntityManager, now: Date, busy: number[], full: string[]): Promise<Post | null> {
    const query = em
      .createQueryBuilder(Post, 'post')
      .innerJoinAndSelect('post.platform', 'platform')
      .where('post.next_attempt_at <= :now', { now })
      .andWhere(`NOT EXISTS (${this.before(em)})`, momentsAt(now))
      .orderBy('post.next_attempt_at', 'ASC')
      .addOrderBy('post.id', 'ASC')
      .limit(1);
    if (busy.length > 0) query.andWhere('post.platform_connection_id NOT IN (:...busy)', { busy });
    if (full.length > 0) query.andWhere('platform.instance_url NOT IN (:...full)', { full });
    return query.getOne();
  }

  /**
   * Takes the post until `lease`, while no other node has one of the same account.
   * @returns it as it was before, but for its key; null when another worker was faster
   */
  async claim(em: EntityManager, { id, attempts, nextAttemptAt, platform }: Post, now: Date, lease: Date) {
    await this.lockPlatform(em, platform!.id);
    const post = await em
      .createQueryBuilder(Post, 'post')
      .where('post.id = :id AND post.attempts = :attempts AND post.next_attempt_at = :nextAttemptAt')
      .andWhere(`NOT EXISTS (${this.before(em)})`)
      .setParameters({ id, attempts, nextAttemptAt, ...momentsAt(now) })
      .getOne();
    if (!post) return null;
    // Pixelfed refuses a key that it has seen, whatever came of it: each attempt there has its own.
    const isKept = post.idempotencyKey !== null && platform!.platformType !== 'pixelfed';
    const idempotencyKey = isKept ? post.idempotencyKey : randomUUID();
    // What becomes of it is unknown until its worker has written it down; one that dies never does.
    const taken = { status: 'publishing', error: null, attempts: attempts + 1, uncertain: true } as const;
    await em.update(Post, { id }, { ...taken, idempotencyKey, nextAttemptAt: lease });
    return { ...post, idempotencyKey };
  }

  /** What goes before a post of its account: one that is being sent, or was written before it, just now or as due as it. */
  private before(em: EntityManager): string {
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

  /** An update that changes nothing takes the row on MySQL, and is harmless on SQLite. */
  private async lockPlatform(em: EntityManager, id: number): Promise<void> {
    await em
      .createQueryBuilder()
      .update(PlatformConnection)
      .set({ isActive: () => 'is_active' })
      .where({ id })
      .execute();
  }

  async renew(em: EntityManager, held: readonly { id: number; attempts: number }[], lease: Date): Promise<void> {
    for (const { id, attempts } of held) {
      await em.update(Post, { id, attempts, status: 'publishing' }, { nextAttemptAt: lease });
    }
  }

  /** Writes an outcome, if the post is still the caller's. @returns false when it has gone to another, or is no more */
  async settle(em: EntityManager, id: number, attempts: number, outcome: Partial<Post>): Promise<boolean> {
    return (await em.update(Post, { id, attempts, status: 'publishing' }, outcome)).affected === 1;
  }

  post(em: EntityManager, id: number): Promise<Post | null> {
    return em.findOne(Post, { where: { id } });
  }

  platform(em: EntityManager, id: number): Promise<PlatformConnection | null> {
    return em.findOne(PlatformConnection, { where: { id } });
  }

  /** Those of `remoteIds` that are another post's already. One that was merely read from the instance may be this one. */
  async knownRemoteIds(em: EntityManager, platformConnectionId: number, except: number, remoteIds: string[]) {
    if (remoteIds.length === 0) return new Set<string>();
    const where = { platformConnectionId, remoteId: In(remoteIds), attempts: MoreThan(0), id: Not(except) };
    const rows = await em.find(Post, { select: { id: true, remoteId: true }, where });
    return new Set(rows.map(({ remoteId }) => remoteId!));
  }

  /** What was read from the instance before we knew that it is this post. */
  async findTwin(em: EntityManager, platformConnectionId: number, remoteId: string): Promise<Post | null> {
    return em.findOne(Post, { where: { platformConnectionId, remoteId, attempts: 0 } });
  }

  async remove(em: EntityManager, id: number): Promise<void> {
    await em.delete(Post, { id });
  }

  /** A piece of the file that was uploaded; null past its end. */
  async bytesOf(em: EntityManager, imageId: number, position: number): Promise<Buffer | null> {
    return (await em.findOne(MediaChunk, { where: { imageId, position } }))?.bytes ?? null;
  }

  async noteUpload(em: EntityManager, imageId: number, remoteId: string): Promise<void> {
    await em.update(Image, { id: imageId }, { remoteId, uploadFailures: 0 });
  }

  async noteUploadFailure(em: EntityManager, imageId: number, uploadFailures: number): Promise<void> {
    await em.update(Image, { id: imageId }, { uploadFailures });
  }

  /** The instance has them now. */
  async dropBytes(em: EntityManager, imageIds: number[]): Promise<void> {
    if (imageIds.length > 0) await em.delete(MediaChunk, { imageId: In(imageIds) });
  }
}
