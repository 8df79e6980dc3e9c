/** Queries on readings of accounts, and on the posts that they are about. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, Not } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { Post } from '../../database/entities/post.entity';
import { type ImportDirection, StatusImport } from '../../database/entities/status-import.entity';
import { PostRepository } from '../posts/post.repository';

/** A post that was read or published, with its images. */
export interface HeldPost {
  post: Post;
  images: Image[];
}

@Injectable()
export class ImportRepository {
  constructor(private readonly posts: PostRepository) {}

  find(em: EntityManager, platformConnectionId: number): Promise<StatusImport | null> {
    return em.findOne(StatusImport, { where: { platformConnectionId } });
  }

  /** Begins a reading, unless there is one under way: that one goes on. */
  async begin(em: EntityManager, platformConnectionId: number, direction: ImportDirection, now: Date): Promise<void> {
    const known = await this.find(em, platformConnectionId);
    if (known?.nextAttemptAt) return;
    const [cursorId, cursorAt] = direction === 'older' && known ? [known.bottomId, known.bottomAt] : [null, null];
    const run = {
      direction,
      cursorId,
      cursorAt,
      imported: 0,
      leftOut: 0,
      error: null,
      failures: 0,
      nextAttemptAt: now,
    };
    // Two that begin at once meet at the key, and the second finds the first.
    await em.save(StatusImport, em.create(StatusImport, { ...known, ...run, platformConnectionId }));
  }

  /** @param busy platforms, and `full` addresses of instances, that are left alone now */
  findDue(em: EntityManager, now: Date, busy: number[], full: string[]): Promise<StatusImport | null> {
    const query = em
      .createQueryBuilder(StatusImport, 'run')
      .innerJoinAndSelect('run.platform', 'platform')
      .where('run.next_attempt_at <= :now', { now })
      .orderBy('run.next_attempt_at', 'ASC')
      .limit(1);
    if (busy.length > 0) query.andWhere('run.platform_connection_id NOT IN (:...busy)', { busy });
    if (full.length > 0) query.andWhere('platform.instance_url NOT IN (:...full)', { full });
    return query.getOne();
  }

  /** Takes the run until `lease`. @returns false when another worker was faster */
  async claim(em: EntityManager, run: StatusImport, lease: Date): Promise<boolean> {
    const { platformConnectionId, attempts, nextAttemptAt } = run;
    const seen = { platformConnectionId, attempts, nextAttemptAt: nextAttemptAt! };
    return (await em.update(StatusImport, seen, { attempts: attempts + 1, nextAttemptAt: lease })).affected === 1;
  }

  /** Writes what has come of a run, while it is the caller's. @returns false when it has gone to another, or is no more */
  async update(em: EntityManager, run: StatusImport, change: Partial<StatusImport>): Promise<boolean> {
    const { platformConnectionId, attempts } = run;
    return (await em.update(StatusImport, { platformConnectionId, attempts }, change)).affected === 1;
  }

  /** Those that are here already, by their ids there. */
  async held(em: EntityManager, platformConnectionId: number, remoteIds: string[]): Promise<Map<string, HeldPost>> {
    if (remoteIds.length === 0) return new Map();
    const posts = await em.find(Post, { where: { platformConnectionId, remoteId: In(remoteIds) } });
    const images = await this.posts.imagesOf(
      em,
      posts.map(({ id }) => id),
    );
    return new Map(
      posts.map((post) => [post.remoteId!, { post, images: images.filter(({ postId }) => postId === post.id) }]),
    );
  }

  /** Published posts of a span of time, newest first; both ends are part of it, and null is no end. */
  async idsBetween(em: EntityManager, platformConnectionId: number, from: Date | null, to: Date | null, most: number) {
    const query = em
      .createQueryBuilder(Post, 'post')
      .select('post.remote_id', 'remoteId')
      .where(`post.platform_connection_id = :platformConnectionId AND post.status = 'published'`, {
        platformConnectionId,
      })
      .andWhere('post.remote_id IS NOT NULL')
      .orderBy('post.created_at', 'DESC')
      .limit(most);
    if (from) query.andWhere('post.created_at >= :from', { from });
    if (to) query.andWhere('post.created_at <= :to', { to });
    return (await query.getRawMany<{ remoteId: string }>()).map(({ remoteId }) => remoteId);
  }

  /** The oldest post that was read in, for accounts that were read before readings were written down. */
  oldestRead(em: EntityManager, platformConnectionId: number): Promise<Post | null> {
    return em.findOne(Post, {
      where: { platformConnectionId, attempts: 0, status: 'published', remoteId: Not(IsNull()) },
      order: { createdAt: 'ASC' },
    });
  }

  async removePost(em: EntityManager, id: number): Promise<void> {
    await em.delete(Post, { id });
  }

  async removeImages(em: EntityManager, ids: number[]): Promise<void> {
    if (ids.length > 0) await em.delete(Image, { id: In(ids) });
  }
}
