/** Queries on all users' accounts. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PlatformConnection } from '../database/entities/platform-connection.entity';
import { User } from '../database/entities/user.entity';
import { UserSession } from '../database/entities/user-session.entity';
import { LIVE_SQL } from '../session/expiry-policy';

@Injectable()
export class AdminUsersRepository {
  /** Newest first. @param search normalised part of a user name */
  list(em: EntityManager, limit: number, search?: string, beforeId?: number): Promise<User[]> {
    const query = em.createQueryBuilder(User, 'u').orderBy('u.id', 'DESC').limit(limit);
    const part = search && `%${search.replace(/[!%_]/g, '!$&')}%`;
    if (part) query.andWhere("u.username_key LIKE :part ESCAPE '!'", { part });
    if (beforeId !== undefined) query.andWhere('u.id < :beforeId', { beforeId });
    return query.getMany();
  }

  /** Number of live sessions, by user. */
  liveSessions(em: EntityManager, userIds: number[], now: Date): Promise<Map<number, number>> {
    const query = em.createQueryBuilder(UserSession, 's').where(LIVE_SQL, { now });
    return countByUser(query.select('s.user_id', 'userId').groupBy('s.user_id'), 's', userIds);
  }

  platforms(em: EntityManager, userIds: number[]): Promise<Map<number, number>> {
    const query = em.createQueryBuilder(PlatformConnection, 'c');
    return countByUser(query.select('c.user_id', 'userId').groupBy('c.user_id'), 'c', userIds);
  }
}

type Counted = ReturnType<EntityManager['createQueryBuilder']>;

async function countByUser(query: Counted, alias: string, userIds: number[]): Promise<Map<number, number>> {
  if (userIds.length === 0) return new Map();
  const rows = await query
    .addSelect('COUNT(*)', 'count')
    .andWhere(`${alias}.user_id IN (:...userIds)`, { userIds })
    .getRawMany<{ userId: number; count: string }>();
  return new Map(rows.map(({ userId, count }) => [Number(userId), Number(count)]));
}
