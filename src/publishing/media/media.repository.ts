/** Queries on uploads. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, LessThan, Not } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { MediaChunk } from '../../database/entities/media-chunk.entity';
import { Post } from '../../database/entities/post.entity';
import { MAX_FILE_BYTES } from '../../protocol/media';

/** Images found per run; the next run prunes the rest. */
const MAX_PRUNED = 200;

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

  postOf(em: EntityManager, { postId }: Image): Promise<Post | null> {
    return postId === null ? Promise.resolve(null) : em.findOne(Post, { where: { id: postId } });
  }

  /** As `postOf`; locks the row until the transaction ends. */
  async lockPostOf(em: EntityManager, { postId }: Image): Promise<Post | null> {
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

  /** Old uploads, finished or not, that no post uses. @returns ids of images */
  async findUnused(em: EntityManager, before: Date): Promise<number[]> {
    const where = { postId: IsNull(), createdAt: LessThan(before) };
    const rows = await em.find(Image, { select: { id: true }, where, take: MAX_PRUNED });
    return rows.map(({ id }) => id);
  }

  /** Deletes those among these uploads that no post uses. @returns how many */
  async removeUnused(em: EntityManager, ids: number[]): Promise<number> {
    return (await em.delete(Image, { id: In(ids), postId: IsNull() })).affected ?? 0;
  }

  /** Images of failed posts that were created before `before`, while their files are kept. @returns ids of images */
  async findFailed(em: EntityManager, before: Date): Promise<number[]> {
    const rows = await em
      .createQueryBuilder(MediaChunk, 'chunk')
      .innerJoin('chunk.image', 'image')
      .innerJoin('image.post', 'post')
      .select('chunk.image_id', 'id')
      .where(`chunk.position = 0 AND post.status = 'failed' AND post.created_at < :before`, { before })
      .limit(MAX_PRUNED)
      .getRawMany<{ id: number }>();
    return rows.map(({ id }) => id);
  }

  /** Deletes the files of those among these images whose posts have failed: a user may have retried one. */
  async removeFilesOfFailed(em: EntityManager, ids: number[]): Promise<void> {
    const isFailed = `EXISTS (SELECT 1 FROM vedfolnir_images i JOIN vedfolnir_posts p ON p.id = i.post_id
      WHERE i.id = vedfolnir_media_chunks.image_id AND p.status = 'failed')`;
    await em
      .createQueryBuilder()
      .delete()
      .from(MediaChunk)
      .where(`image_id IN (:...ids) AND ${isFailed}`, { ids })
      .execute();
  }
}
