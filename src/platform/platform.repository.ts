/** Queries on connections; each is scoped by the user whose they are. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, LessThanOrEqual, Not } from 'typeorm';
import { type NewPlatformConnection, PlatformConnection } from '../database/entities/platform-connection.entity';
import { UserSession } from '../database/entities/user-session.entity';

@Injectable()
export class PlatformRepository {
  /** In the order in which they were connected: sorted here, as the index of a user's is in another one. */
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

  async remove(em: EntityManager, id: number): Promise<void> {
    await em.delete(PlatformConnection, { id });
  }

  async setDefault(em: EntityManager, userId: number, id: number): Promise<void> {
    await em.update(PlatformConnection, { userId }, { isDefault: false });
    await em.update(PlatformConnection, { id }, { isDefault: true });
  }

  /** The connection that has waited longest to be asked about; none of `except`, nor at the instances of `full`. */
  findDue(em: EntityManager, now: Date, except: number[], full: string[]): Promise<PlatformConnection | null> {
    return em.findOne(PlatformConnection, {
      where: {
        nextCheckAt: LessThanOrEqual(now),
        isActive: true,
        ...(except.length > 0 && { id: Not(In(except)) }),
        ...(full.length > 0 && { instanceUrl: Not(In(full)) }),
      },
      order: { nextCheckAt: 'ASC' },
    });
  }

  /** Takes the check upon the caller, and sets when it is due again if nothing comes of it. @returns false: too late */
  async claimCheck(em: EntityManager, row: PlatformConnection, next: Date): Promise<boolean> {
    const seen = { id: row.id, nextCheckAt: row.nextCheckAt!, checkFailures: row.checkFailures };
    const change = { nextCheckAt: next, checkFailures: row.checkFailures + 1 };
    return (await em.update(PlatformConnection, seen, change)).affected === 1;
  }

  /** Moves every session of the user that has not ended from one platform, or from none, to another. */
  async moveSessions(em: EntityManager, userId: number, to: number | null, from: number | null): Promise<void> {
    const activePlatformId = from ?? IsNull();
    await em.update(UserSession, { userId, endedAt: IsNull(), activePlatformId }, { activePlatformId: to });
  }
}
