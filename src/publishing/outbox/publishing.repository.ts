/** Queries on posts that wait to be published, whoever's they are. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThan } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { MediaChunk } from '../../database/entities/media-chunk.entity';
import { PlatformConnection } from '../../database/entities/platform-connection.entity';
import { Post } from '../../database/entities/post.entity';

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
      .orderBy('post.next_attempt_at', 'ASC')
      .addOrderBy('post.id', 'ASC')
      .limit(1);
    if (busy.length > 0) query.andWhere('post.platform_connection_id NOT IN (:...busy)', { busy });
    if (full.length > 0) query.andWhere('platform.instance_url NOT IN (:...full)', { full });
    return query.getOne();
  }

  /** Takes the post until `lease`. @returns false when another worker was faster */
  async claim(em: EntityManager, post: Post, lease: Date): Promise<boolean> {
    const seen = { id: post.id, attempts: post.attempts, nextAttemptAt: post.nextAttemptAt! };
    const taken = { status: 'publishing', attempts: post.attempts + 1, nextAttemptAt: lease } as const;
    // What becomes of it is unknown until its worker has written it down; one that dies never does.
    const change = { ...taken, uncertain: true };
    return (await em.update(Post, seen, change)).affected === 1;
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

  /** Those of `remoteIds` that are another post's already. One that was merely read from the instance may be ours. */
  async knownRemoteIds(em: EntityManager, platformConnectionId: number, remoteIds: string[]): Promise<Set<string>> {
    if (remoteIds.length === 0) return new Set();
    const where = { platformConnectionId, remoteId: In(remoteIds), attempts: MoreThan(0) };
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

  /** The file that was uploaded, whole. */
  async bytesOf(em: EntityManager, imageId: number): Promise<Buffer> {
    const chunks = await em.find(MediaChunk, { where: { imageId }, order: { position: 'ASC' } });
    return Buffer.concat(chunks.map(({ bytes }) => bytes));
  }

  async noteUpload(em: EntityManager, imageId: number, remoteId: string): Promise<void> {
    await em.update(Image, { id: imageId }, { remoteId });
  }

  /** The instance has them now. */
  async dropBytes(em: EntityManager, imageIds: number[]): Promise<void> {
    if (imageIds.length > 0) await em.delete(MediaChunk, { imageId: In(imageIds) });
  }
}
