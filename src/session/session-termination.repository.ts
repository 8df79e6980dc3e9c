/** Queries that end sessions, and that delete sessions ended long ago. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, type SelectQueryBuilder } from 'typeorm';
import { isSqlite } from '../database/dialect';
import { UserSession } from '../database/entities/user-session.entity';
import type { EndReason } from '../protocol/events';
import { EXPIRY_REASON_SQL, UNEXPIRED_SQL } from './expiry-policy';

/** Which sessions to select. At least one of the first three is needed. */
export interface Scope {
  sessionIds?: string[];
  userIds?: number[];
  /** Sessions past this deadline: the query then uses the index on that deadline. */
  past?: 'idle' | 'absolute';
  /** A session that is left alone. */
  except?: string;
}

/** The columns that audit entries and events of an ended session need. */
export type Ending = Pick<UserSession, 'id' | 'userId' | 'userAgent' | 'ipAddress'>;
export type Expired = Ending & { reason: 'idle' | 'absolute' };

const COLUMNS = { id: 's.id', userId: 's.user_id', userAgent: 's.user_agent', ipAddress: 's.ip_address' };

@Injectable()
export class SessionTerminationRepository {
  /** Sessions without an end, including expired ones; locked until the transaction ends. */
  lockUnended(em: EntityManager, scope: Pick<Scope, 'sessionIds' | 'userIds' | 'except'>): Promise<Ending[]> {
    const query = rowsOf(em, scope).andWhere('s.ended_at IS NULL');
    if (!isSqlite(em)) query.setLock('pessimistic_write');
    return query.getRawMany<Ending>();
  }

  /**
   * Expired sessions without an end, locked until the transaction ends. On MySQL rows locked by another transaction,
   * which is extending or ending them, are skipped, so that this query never waits.
   * @param limit most rows to select and lock
   */
  lockExpired(em: EntityManager, scope: Scope, now: Date, limit: number): Promise<Expired[]> {
    const query = rowsOf(em, scope)
      .addSelect(EXPIRY_REASON_SQL, 'reason')
      .andWhere(`s.ended_at IS NULL AND NOT (${UNEXPIRED_SQL})`, { now })
      .limit(limit);
    if (scope.past === 'idle') query.andWhere('s.idle_expires_at <= :now').orderBy('s.idleExpiresAt');
    if (scope.past === 'absolute') query.andWhere('s.absolute_expires_at <= :now').orderBy('s.absoluteExpiresAt');
    if (!isSqlite(em)) query.setLock('pessimistic_write').setOnLocked('skip_locked');
    return query.getRawMany<Expired>();
  }

  /** Compare-and-set on `ended_at IS NULL`: only the first caller ends a session. @returns how many were ended */
  async end(em: EntityManager, sessionIds: string[], reason: EndReason, now: Date): Promise<number> {
    const result = await em
      .createQueryBuilder()
      .update(UserSession)
      .set({ endedAt: now, endReason: reason })
      .where('id IN (:...sessionIds) AND ended_at IS NULL', { sessionIds })
      .execute();
    return result.affected ?? 0;
  }

  /** Deletes at most `limit` sessions that ended before then. @returns user ids, one entry for each session */
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

/** Raw rows: hydrating hundreds of entities would block this node's other requests. */
function rowsOf(em: EntityManager, { sessionIds, userIds, except }: Scope): SelectQueryBuilder<UserSession> {
  const query = em.createQueryBuilder(UserSession, 's').select([]);
  for (const [name, column] of Object.entries(COLUMNS)) query.addSelect(column, name);
  if (sessionIds) query.andWhere('s.id IN (:...sessionIds)', { sessionIds });
  if (userIds) query.andWhere('s.user_id IN (:...userIds)', { userIds });
  if (except) query.andWhere('s.id <> :except', { except });
  return query;
}
