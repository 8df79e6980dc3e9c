/** Queries on connections, most of them scoped by user. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, LessThanOrEqual, Not } from 'typeorm';
import { Image } from '../database/entities/image.entity';
import { type NewPlatformConnection, PlatformConnection } from '../database/entities/platform-connection.entity';
import { UserSession } from '../database/entities/user-session.entity';
import type { AtLimit } from './instance-concurrency';

@Injectable()
export class PlatformRepository {
  /** In order of creation; sorted here because the user's index has another order. */
  async list(em: EntityManager, userId: number): Promise<PlatformConnection[]> {
    const rows = await em.find(PlatformConnection, { where: { userId } });
    return rows.sort((a, b) => a.id - b.id);
  }

  find(em: EntityManager, userId: number, id: number): Promise<PlatformConnection | null> {
    return em.findOne(PlatformConnection, { where: { id, userId } });
  }

  findActive(em: EntityManager, userId: number, id: number): Promise<PlatformConnection | null> {
    return em.findOne(PlatformConnection, { where: { id, userId, isActive: true } });
  }

  insert(em: EntityManager, row: NewPlatformConnection): Promise<PlatformConnection> {
    return em.save(PlatformConnection, em.create(PlatformConnection, row));
  }

  async update(em: EntityManager, id: number, change: Partial<PlatformConnection>): Promise<void> {
    await em.update(PlatformConnection, { id }, change);
  }

  /** Finished uploads of the connection that no post uses. @returns ids of images */
  async findUnusedFiles(em: EntityManager, userId: number, platformConnectionId: number): Promise<number[]> {
    const where = { userId, platformConnectionId, postId: IsNull(), uploadedAt: Not(IsNull()) };
    return (await em.find(Image, { select: { id: true }, where })).map(({ id }) => id);
  }

  async removeUnusedFiles(em: EntityManager, ids: number[]): Promise<void> {
    await em.delete(Image, { id: In(ids), postId: IsNull() });
  }

  async remove(em: EntityManager, id: number): Promise<void> {
    await em.delete(PlatformConnection, { id });
  }

  async setDefault(em: EntityManager, userId: number, id: number): Promise<void> {
    await em.update(PlatformConnection, { userId }, { isDefault: false });
    await em.update(PlatformConnection, { id }, { isDefault: true });
  }

  /** The connection due longest. @param except ids to skip @param full instances and users to skip */
  findDue(em: EntityManager, now: Date, except: number[], full: AtLimit): Promise<PlatformConnection | null> {
    return em.findOne(PlatformConnection, {
      where: {
        nextCheckAt: LessThanOrEqual(now),
        isActive: true,
        ...(except.length > 0 && { id: Not(In(except)) }),
        ...(full.instanceUrls.length > 0 && { instanceUrl: Not(In(full.instanceUrls)) }),
        ...(full.userIds.length > 0 && { userId: Not(In(full.userIds)) }),
      },
      order: { nextCheckAt: 'ASC' },
    });
  }

  /** Claims a check. @param next when it is due again if it fails @returns false if another node has claimed it */
  async claimCheck(em: EntityManager, row: PlatformConnection, next: Date): Promise<boolean> {
    const seen = { id: row.id, nextCheckAt: row.nextCheckAt!, checkFailures: row.checkFailures };
    const change = { nextCheckAt: next, checkFailures: row.checkFailures + 1 };
    return (await em.update(PlatformConnection, seen, change)).affected === 1;
  }

  /** Moves all sessions of the user that have not ended from one platform (null: none) to another. */
  async moveSessions(em: EntityManager, userId: number, to: number | null, from: number | null): Promise<void> {
    const activePlatformId = from ?? IsNull();
    await em.update(UserSession, { userId, endedAt: IsNull(), activePlatformId }, { activePlatformId: to });
  }
}
