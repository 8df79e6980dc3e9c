/** Queries that end sessions, and that remove what has ended long ago. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, type SelectQueryBuilder } from 'typeorm';
import { isSqlite } from '../database/dialect';
import { UserSession } from '../database/entities/user-session.entity';
import type { EndReason } from '../protocol/events';
import { EXPIRY_REASON_SQL, UNEXPIRED_SQL } from './expiry-policy';

/** Which sessions to look at. At least one of the first three. */
export interface Scope {
  sessionIds?: string[];
  userIds?: number[];
  /** Those that this deadline has passed: with it the index is used that is sorted by it. */
  past?: 'idle' | 'absolute';
  /** One that is spared. */
  except?: string;
}

/** What is told of a session that ends. */
export type Ending = Pick<UserSession, 'id' | 'userId' | 'userAgent' | 'ipAddress'>;
export type Expired = Ending & { reason: 'idle' | 'absolute' };

const COLUMNS = { id: 's.id', userId: 's.user_id', userAgent: 's.user_agent', ipAddress: 's.ip_address' };

@Injectable()
export class SessionTerminationRepository {
  /** Sessions that were not ended, also those that have run out; held for the rest of the transaction. */
  takeUnended(em: EntityManager, scope: Pick<Scope, 'sessionIds' | 'userIds' | 'except'>): Promise<Ending[]> {
    const query = rowsOf(em, scope).andWhere('s.ended_at IS NULL');
    if (!isSqlite(em)) query.setLock('pessimistic_write');
    return query.getRawMany<Ending>();
  }

  /**
   * Sessions that have run out and were not ended, held for the rest of the transaction. On MySQL those that somebody
   * else is holding are left out, as they are being extended or ended: nobody waits here.
   * @param limit as many at most, and no other row is locked
   */
  takeExpired(em: EntityManager, scope: Scope, now: Date, limit: number): Promise<Expired[]> {
    const query = rowsOf(em, scope)
      .addSelect(EXPIRY_REASON_SQL, 'reason')
      .andWhere(`s.ended_at IS NULL AND NOT (${UNEXPIRED_SQL})`, { now })
      .limit(limit);
    if (scope.past === 'idle') query.andWhere('s.idle_expires_at <= :now').orderBy('s.idleExpiresAt');
    if (scope.past === 'absolute') query.andWhere('s.absolute_expires_at <= :now').orderBy('s.absoluteExpiresAt');
    if (!isSqlite(em)) query.setLock('pessimistic_write').setOnLocked('skip_locked');
    return query.getRawMany<Expired>();
  }

  /** `ended_at IS NULL` is the gate: of several that try, one ends the session. @returns how many it ended */
  async end(em: EntityManager, sessionIds: string[], reason: EndReason, now: Date): Promise<number> {
    const result = await em
      .createQueryBuilder()
      .update(UserSession)
      .set({ endedAt: now, endReason: reason })
      .where('id IN (:...sessionIds) AND ended_at IS NULL', { sessionIds })
      .execute();
    return result.affected ?? 0;
  }

  /** Removes sessions that ended before then, at most `limit`. @returns their users, one entry for each session */
  async prune(em: EntityManager, scope: Scope, before: Date, limit: number): Promise<number[]> {
    const query = em
      .createQueryBuilder(UserSession, 's')
      .select('s.id', 'id')
      .addSelect('s.user_id', 'userId')
      .where('s.ended_at < :before', { before })
      .limit(limit);
    if (scope.userIds) query.andWhere('s.user_id IN (:...userIds)', { userIds: scope.userIds });
    else query.orderBy('s.endedAt');
    if (scope.except) query.andWhere('s.id <> :except', { except: scope.except });
    if (!isSqlite(em)) query.setLock('pessimistic_write').setOnLocked('skip_locked');
    const old = await query.getRawMany<{ id: string; userId: number }>();
    if (old.length > 0) await em.delete(UserSession, { id: In(old.map(({ id }) => id)) });
    return old.map(({ userId }) => userId);
  }
}

/** Read as they come: to make entities of hundreds of rows would hold up every other request of this node. */
function rowsOf(em: EntityManager, { sessionIds, userIds, except }: Scope): SelectQueryBuilder<UserSession> {
  const query = em.createQueryBuilder(UserSession, 's').select([]);
  for (const [name, column] of Object.entries(COLUMNS)) query.addSelect(column, name);
  if (sessionIds) query.andWhere('s.id IN (:...sessionIds)', { sessionIds });
  if (userIds) query.andWhere('s.user_id IN (:...userIds)', { userIds });
  if (except) query.andWhere('s.id <> :except', { except });
  return query;
}
