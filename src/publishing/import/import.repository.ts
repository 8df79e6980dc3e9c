/** Queries on imports of accounts and on the posts that they affect. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, Not } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { Post } from '../../database/entities/post.entity';
import { type ImportDirection, StatusImport } from '../../database/entities/status-import.entity';
import { type AtLimit, excludeAtLimit } from '../../platform/instance-concurrency';
import { PostRepository } from '../posts/post.repository';

/** A stored post of an instance, imported or published from here, with its images. */
export interface StoredPost {
  post: Post;
  images: Image[];
}

@Injectable()
export class ImportRepository {
  constructor(private readonly posts: PostRepository) {}

  find(em: EntityManager, platformConnectionId: number): Promise<StatusImport | null> {
    return em.findOne(StatusImport, { where: { platformConnectionId } });
  }

  /** Starts an import, unless one is running already. */
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
    // Of two concurrent starts one violates the primary key; its retry finds the other one's row.
    await em.save(StatusImport, em.create(StatusImport, { ...known, ...run, platformConnectionId }));
  }

  /** The import due longest. @param busy ids of platforms to skip @param full instances and users to skip */
  findDue(em: EntityManager, now: Date, busy: number[], full: AtLimit): Promise<StatusImport | null> {
    const query = em
      .createQueryBuilder(StatusImport, 'run')
      .innerJoinAndSelect('run.platform', 'platform')
      .where('run.next_attempt_at <= :now', { now })
      .orderBy('run.next_attempt_at', 'ASC')
      .limit(1);
    if (busy.length > 0) query.andWhere('run.platform_connection_id NOT IN (:...busy)', { busy });
    excludeAtLimit(query, full);
    return query.getOne();
  }

  /** Claims the run until `lease`. @returns false if another worker has claimed it first */
  async claim(em: EntityManager, run: StatusImport, lease: Date): Promise<boolean> {
    const { platformConnectionId, attempts, nextAttemptAt } = run;
    const seen = { platformConnectionId, attempts, nextAttemptAt: nextAttemptAt! };
    return (await em.update(StatusImport, seen, { attempts: attempts + 1, nextAttemptAt: lease })).affected === 1;
  }

  /** Moves the ends of claims; those of runs that have ended stay. */
  async renew(em: EntityManager, runs: readonly StatusImport[], lease: Date): Promise<void> {
    for (const { platformConnectionId, attempts } of runs) {
      await em.update(
        StatusImport,
        { platformConnectionId, attempts, nextAttemptAt: Not(IsNull()) },
        { nextAttemptAt: lease },
      );
    }
  }

  /** Stores progress, if the caller still holds the claim. @returns false if another worker does, or the run is gone */
  async update(em: EntityManager, run: StatusImport, change: Partial<StatusImport>): Promise<boolean> {
    const { platformConnectionId, attempts } = run;
    return (await em.update(StatusImport, { platformConnectionId, attempts }, change)).affected === 1;
  }

  /** Stored posts, by remote id. */
  async findStored(
    em: EntityManager,
    platformConnectionId: number,
    remoteIds: string[],
  ): Promise<Map<string, StoredPost>> {
    if (remoteIds.length === 0) return new Map();
    const posts = await em.find(Post, { where: { platformConnectionId, remoteId: In(remoteIds) } });
    const images = await this.posts.imagesOf(em, posts);
    return new Map(
      posts.map((post) => [post.remoteId!, { post, images: images.filter(({ postId }) => postId === post.id) }]),
    );
  }

  /** Remote ids of published posts between two times (inclusive; null: unbounded), newest first, at most `most`. */
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

  /** The oldest imported post, for accounts imported by versions that did not store the progress. */
  oldestImported(em: EntityManager, platformConnectionId: number): Promise<Post | null> {
    return em.findOne(Post, {
      where: { platformConnectionId, attempts: 0, status: 'published', remoteId: Not(IsNull()) },
      order: { createdAt: 'ASC' },
    });
  }

  async removeImages(em: EntityManager, ids: number[]): Promise<void> {
    if (ids.length > 0) await em.delete(Image, { id: In(ids) });
  }
}
