/** Queries on images as pictures, each scoped by user or platform. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, LessThan, Not } from 'typeorm';
import { Image } from '../../database/entities/image.entity';
import { pendingOf } from '../posts/post.repository';

@Injectable()
export class PictureRepository {
  /** A finished upload or imported image of one of the user's connections. */
  find(em: EntityManager, userId: number, id: number): Promise<Image | null> {
    return em.findOne(Image, { where: { id, platform: { userId }, uploadedAt: Not(IsNull()) } });
  }

  /** Images of posts without a description, with their posts; newest first. */
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
