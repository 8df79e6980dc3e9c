/** Queries on uploads. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, LessThan, Not } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { MediaChunk } from '../../database/entities/media-chunk.entity';
import { Post } from '../../database/entities/post.entity';
import { MAX_FILE_BYTES } from '../../protocol/media';

/** Rows that one statement of the pruning takes; the next round takes the rest. */
const BATCH = 200;

@Injectable()
export class MediaRepository {
  find(em: EntityManager, platformConnectionId: number, id: number): Promise<Image | null> {
    return em.findOne(Image, { where: { id, platformConnectionId, uploadedAt: Not(IsNull()) } });
  }

  /** Uploads, finished or not, that no post has. */
  countUnused(em: EntityManager, platformConnectionId: number): Promise<number> {
    return em.count(Image, { where: { platformConnectionId, postId: IsNull() } });
  }

  /** As `countUnused`, of all connections of the person. @returns bytes, those on their way as if of the longest kind */
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

  /** As `postOf`, and nobody else changes the post before the transaction is over. */
  async holdPostOf(em: EntityManager, { postId }: Image): Promise<Post | null> {
    if (postId === null) return null;
    // An update that changes nothing takes the row on MySQL, and is harmless on SQLite.
    await em
      .createQueryBuilder()
      .update(Post)
      .set({ status: () => 'status' })
      .where({ id: postId })
      .execute();
    return em.findOne(Post, { where: { id: postId } });
  }

  /** Uploads that no post took up. @returns how many went */
  async pruneUnused(em: EntityManager, before: Date): Promise<number> {
    const where = { postId: IsNull(), createdAt: LessThan(before) };
    const rows = await em.find(Image, { select: { id: true }, where, take: BATCH });
    if (rows.length === 0) return 0;
    // A post may have taken one up meanwhile.
    return (await em.delete(Image, { id: In(rows.map(({ id }) => id)), postId: IsNull() })).affected ?? 0;
  }

  /** The files of posts that failed long ago, and were not tried again. @returns of how many images they went */
  async pruneFailed(em: EntityManager, before: Date): Promise<number> {
    const rows = await em
      .createQueryBuilder(MediaChunk, 'chunk')
      .innerJoin('chunk.image', 'image')
      .innerJoin('image.post', 'post')
      .select('chunk.image_id', 'id')
      .where(`chunk.position = 0 AND post.status = 'failed' AND post.created_at < :before`, { before })
      .limit(BATCH)
      .getRawMany<{ id: number }>();
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return 0;
    // Somebody may be trying one of them again at this moment.
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
