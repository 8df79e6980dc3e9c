/** Queries on posts and images, each scoped by platform. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, LessThan, MoreThan, Not } from 'typeorm';
import { Image, type NewImage } from '../../database/entities/image.entity';
import { PlatformConnection } from '../../database/entities/platform-connection.entity';
import { type NewPost, Post } from '../../database/entities/post.entity';
import type { MediaLimitsView, StatisticsView } from '../../protocol/http';
import { mediaLimitsOf } from './post-fitting';

/** Sort key of a post. */
export type PostSortKey = Pick<Post, 'createdAt' | 'id'>;

/** Bounds the comparisons of an import. A status of a further post is stored twice until the post is published. */
const MAX_IN_FLIGHT = 100;

@Injectable()
export class PostRepository {
  /** Newest first by creation time. @param before exclusive sort key: the end of the previous page */
  list(em: EntityManager, platformId: number, limit: number, before?: PostSortKey): Promise<Post[]> {
    const query = em
      .createQueryBuilder(Post, 'post')
      .where('post.platform_connection_id = :platformId', { platformId })
      .orderBy('post.created_at', 'DESC')
      .addOrderBy('post.id', 'DESC')
      .limit(limit);
    // The first condition is redundant, but lets the index find the start.
    const older = 'post.created_at <= :createdAt AND (post.created_at < :createdAt OR post.id < :id)';
    if (before) query.andWhere(older, before);
    return query.getMany();
  }

  /**
   * Sort key of a post among those of its platform. For a deleted post it is derived from the post with the next lower
   * id, because posts that were created or imported in sequence have ascending ids.
   * @returns null if no post has this or a lower id
   */
  async sortKeyOf(em: EntityManager, platformConnectionId: number, id: number): Promise<PostSortKey | null> {
    const select = { id: true, createdAt: true } as const;
    const there = await em.findOne(Post, { select, where: { platformConnectionId, id } });
    if (there) return there;
    const where = { platformConnectionId, id: LessThan(id) };
    const [before] = await em.find(Post, { select, where, order: { id: 'DESC' }, take: 1 });
    return before ? { createdAt: before.createdAt, id: before.id + 1 } : null;
  }

  /** Images of these posts, in display order. */
  imagesOf(em: EntityManager, posts: Pick<Post, 'id'>[]): Promise<Image[]> {
    if (posts.length === 0) return Promise.resolve([]);
    const postId = In(posts.map(({ id }) => id));
    return em.find(Image, { where: { postId }, order: { position: 'ASC', id: 'ASC' } });
  }

  insert(em: EntityManager, row: NewPost): Promise<Post> {
    return em.save(Post, em.create(Post, row));
  }

  insertImage(em: EntityManager, row: NewImage): Promise<Image> {
    return em.save(Image, em.create(Image, row));
  }

  find(em: EntityManager, platformConnectionId: number, id: number): Promise<Post | null> {
    return em.findOne(Post, { where: { id, platformConnectionId } });
  }

  async update(em: EntityManager, id: number, change: Partial<Post>): Promise<void> {
    await em.update(Post, { id }, change);
  }

  async remove(em: EntityManager, id: number): Promise<void> {
    await em.delete(Post, { id });
  }

  /** The post that a request of this user with this idempotency key created. */
  findByRequest(em: EntityManager, userId: number, requestKey: string): Promise<Post | null> {
    return em.findOne(Post, { where: { userId, requestKey } });
  }

  /** @returns false if the post is being published, or has or may have been published */
  async changeUnpublished(em: EntityManager, id: number, change: Partial<Post>): Promise<boolean> {
    const where = { id, status: In(['queued', 'failed']), uncertain: false };
    return (await em.update(Post, where, change)).affected === 1;
  }

  /** Detaches the images that are not in `keep`; as unused uploads they are pruned later. */
  async detachImages(em: EntityManager, postId: number, keep: number[]): Promise<void> {
    await em.update(Image, { postId, ...(keep.length > 0 && { id: Not(In(keep)) }) }, { postId: null, position: 0 });
  }

  /** @returns false if the post is being published or has been published */
  async removeUnpublished(em: EntityManager, id: number): Promise<boolean> {
    return (await em.delete(Post, { id, status: In(['queued', 'failed']) })).affected === 1;
  }

  /** Makes all queued posts of this platform due now. */
  async makeDue(em: EntityManager, platformConnectionId: number, now: Date): Promise<void> {
    const waiting = { platformConnectionId, status: 'queued', nextAttemptAt: MoreThan(now) } as const;
    await em.update(Post, waiting, { nextAttemptAt: now });
  }

  async updateImage(em: EntityManager, id: number, change: Partial<Image>): Promise<void> {
    await em.update(Image, { id }, change);
  }

  /** Causes the files to be uploaded again: instances delete media that no status uses. */
  async forgetUploads(em: EntityManager, postId: number): Promise<void> {
    await em.update(Image, { postId }, { remoteId: null, uploadFailures: 0 });
  }

  /** Attaches finished uploads of this platform that are unused or already its own, in this order. @returns how many */
  async attachImages(em: EntityManager, platformId: number, postId: number, imageIds: number[]): Promise<number> {
    let attached = 0;
    for (const [position, id] of imageIds.entries()) {
      const usable = { id, platformConnectionId: platformId, uploadedAt: Not(IsNull()) };
      const free = [
        { ...usable, postId: IsNull() },
        { ...usable, postId },
      ];
      if (await em.exists(Image, { where: free })) {
        await em.update(Image, { id }, { postId, position });
        attached++;
      }
    }
    return attached;
  }

  /** The newest posts that are being published, with the fields that identify them among the account's statuses. */
  async inFlight(em: EntityManager, platformConnectionId: number) {
    const where = { platformConnectionId, status: 'publishing' as const };
    const posts = await em.find(Post, { where, order: { id: 'DESC' }, take: MAX_IN_FLIGHT });
    const images = await this.imagesOf(em, posts);
    return posts.map((post) => {
      const own = images.filter(({ postId }) => postId === post.id);
      const mediaIds = own.map(({ remoteId }) => remoteId).filter((id) => id !== null);
      return { ...post, mediaIds, mediaCount: own.length };
    });
  }

  /** @returns those of `ids` that a stored post has as its remote id */
  async remoteIds(em: EntityManager, platformConnectionId: number, ids: string[]): Promise<Set<string>> {
    const where = { platformConnectionId, remoteId: In(ids) };
    const rows = await em.find(Post, { select: { id: true, remoteId: true }, where });
    return new Set(rows.map(({ remoteId }) => remoteId!));
  }

  async mediaLimits(em: EntityManager, platformId: number): Promise<MediaLimitsView | null> {
    const row = await em.findOne(PlatformConnection, { where: { id: platformId } });
    return row && mediaLimitsOf(row);
  }

  async statistics(em: EntityManager, platformId: number): Promise<StatisticsView> {
    return {
      total_posts: await em.count(Post, { where: { platformConnectionId: platformId } }),
      total_images: await em.count(Image, { where: postedOn(platformId) }),
      pending_images: await em.count(Image, { where: pendingOf(platformId) }),
    };
  }
}

/** Counts images of posts only, not uploads that no post uses yet. */
const postedOn = (platformConnectionId: number) => ({ platformConnectionId, postId: Not(IsNull()) });

/** Images of posts that have no description. */
export const pendingOf = (platformConnectionId: number) => ({
  ...postedOn(platformConnectionId),
  status: 'pending' as const,
});
