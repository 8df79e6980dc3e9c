/** Queries on images as pictures, each scoped by user or platform. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, LessThan, Not } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { pendingOf } from '../posts/post.repository';

@Injectable()
export class PictureRepository {
  /** An uploaded image of a connection of this user. */
  find(em: EntityManager, userId: number, id: number): Promise<Image | null> {
    return em.findOne(Image, { where: { id, platform: { userId }, uploadedAt: Not(IsNull()) } });
  }

  /** Those that a post has, with their posts. */
  pending(em: EntityManager, platformConnectionId: number, limit: number, beforeId?: number): Promise<Image[]> {
    return em.find(Image, {
      where: { ...pendingOf(platformConnectionId), ...(beforeId !== undefined && { id: LessThan(beforeId) }) },
      relations: { post: true },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  countPending(em: EntityManager, platformConnectionId: number): Promise<number> {
    return em.count(Image, { where: pendingOf(platformConnectionId) });
  }
}
