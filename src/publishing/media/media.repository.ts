/** Queries on uploads. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, LessThan, Not } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { MediaChunk } from '../../database/entities/media-chunk.entity';
import { Post } from '../../database/entities/post.entity';
import { MAX_FILE_BYTES } from '../../protocol/media';

/** Rows pruned per call; the next run prunes the rest. */
const MAX_PRUNED_ROWS = 200;

@Injectable()
export class MediaRepository {
  find(em: EntityManager, platformConnectionId: number, id: number): Promise<Image | null> {
    return em.findOne(Image, { where: { id, platformConnectionId, uploadedAt: Not(IsNull()) } });
  }

  /** Uploads, finished or not, that no post uses. */
  countUnused(em: EntityManager, platformConnectionId: number): Promise<number> {
    return em.count(Image, { where: { platformConnectionId, postId: IsNull() } });
  }

  /** As `countUnused`, for all connections of the user. @returns `bytes` counts unfinished uploads as MAX_FILE_BYTES */
  async sumUnused(em: EntityManager, userId: number): Promise<{ files: number; bytes: number }> {
    const sums = await em
      .createQueryBuilder(Image, 'image')
      .select('COUNT(*)', 'files')
      .addSelect(`SUM(COALESCE(image.size, ${MAX_FILE_BYTES}))`, 'bytes')
      .where('image.post_id IS NULL AND image.user_id = :userId', { userId })
      .getRawOne<{ files: number | string; bytes: number | string | null }>();
    return { files: Number(sums?.files), bytes: Number(sums?.bytes ?? 0) };
  }

  async addChunks(em: EntityManager, imageId: number, from: number, chunks: Buffer[]): Promise<void> {
    await em.insert(
      MediaChunk,
      chunks.map((bytes, index) => ({ imageId, position: from + index, bytes })),
    );
  }

  async removeUnused(em: EntityManager, id: number): Promise<boolean> {
    return (await em.delete(Image, { id, postId: IsNull() })).affected === 1;
  }

  postOf(em: EntityManager, { postId }: Image): Promise<Post | null> {
    return postId === null ? Promise.resolve(null) : em.findOne(Post, { where: { id: postId } });
  }

  /** As `postOf`; locks the row until the transaction ends. */
  async holdPostOf(em: EntityManager, { postId }: Image): Promise<Post | null> {
    if (postId === null) return null;
    // A no-op update locks the row on MySQL and has no effect on SQLite.
    await em
      .createQueryBuilder()
      .update(Post)
      .set({ status: () => 'status' })
      .where({ id: postId })
      .execute();
    return em.findOne(Post, { where: { id: postId } });
  }

  /** Deletes old uploads that no post uses. @returns how many */
  async pruneUnused(em: EntityManager, before: Date): Promise<number> {
    const where = { postId: IsNull(), createdAt: LessThan(before) };
    const rows = await em.find(Image, { select: { id: true }, where, take: MAX_PRUNED_ROWS });
    if (rows.length === 0) return 0;
    // A post may have attached one since the select.
    return (await em.delete(Image, { id: In(rows.map(({ id }) => id)), postId: IsNull() })).affected ?? 0;
  }

  /** Deletes the files of failed posts that were created before `before`. @returns how many images were selected */
  async pruneFailed(em: EntityManager, before: Date): Promise<number> {
    const rows = await em
      .createQueryBuilder(MediaChunk, 'chunk')
      .innerJoin('chunk.image', 'image')
      .innerJoin('image.post', 'post')
      .select('chunk.image_id', 'id')
      .where(`chunk.position = 0 AND post.status = 'failed' AND post.created_at < :before`, { before })
      .limit(MAX_PRUNED_ROWS)
      .getRawMany<{ id: number }>();
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return 0;
    // A user may have retried one since the select.
    const stillFailed = `EXISTS (SELECT 1 FROM vedfolnir_images i JOIN vedfolnir_posts p ON p.id = i.post_id
      WHERE i.id = vedfolnir_media_chunks.image_id AND p.status = 'failed')`;
    await em
      .createQueryBuilder()
      .delete()
      .from(MediaChunk)
      .where(`image_id IN (:...ids) AND ${stillFailed}`, { ids })
      .execute();
    return ids.length;
  }
}
