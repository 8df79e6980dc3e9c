/** Queries only; the caller decides and provides the transaction. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, MoreThanOrEqual } from 'typeorm';
import { isSqlite } from '../database/dialect';
import { PlatformConnection } from '../database/entities/platform-connection.entity';
import { User } from '../database/entities/user.entity';
import { UserSession } from '../database/entities/user-session.entity';
import type { EndReason } from '../protocol/events';
import type { SwitchScope } from '../protocol/http';
import { findContext, findContexts, lockSwitchState, type SwitchState } from './context-query';
import { LIVE_SQL } from './expiry-policy';
import type { SessionContext } from './session-context';

export interface Changes {
  ended: { userId: number; sessionId: string; reason: EndReason; at: Date }[];
  users: { userId: number; revision: number; at: Date }[];
  /** Sessions that were given a new secret. */
  rekeyed: { sessionId: string; tokenHash: string }[];
  /** False if a limit was reached, so that changes may be missing. */
  complete: boolean;
}

@Injectable()
export class SessionRepository {
  /**
   * Locks the user's row until the transaction ends, so that changes of one user are serialized across nodes and always
   * lock in the same order.
   */
  async lockUser(em: EntityManager, userId: number): Promise<void> {
    // An update that changes nothing locks the row on MySQL and is harmless on SQLite.
    await em
      .createQueryBuilder()
      .update(User)
      .set({ revision: () => 'revision' })
      .where({ id: userId })
      .execute();
  }

  /**
   * As `lockUser`, and raises the revision for a change that this user's tabs must see.
   * @param more other columns of the user to change
   */
  async lockAndRaise(em: EntityManager, userId: number, now: Date, more: Partial<User> = {}): Promise<void> {
    await em
      .createQueryBuilder()
      .update(User)
      .set({ ...more, revision: () => 'revision + 1', changedAt: now })
      .where({ id: userId })
      .execute();
  }

  /** Raises the revision for a change that this user's tabs must see. @returns the new revision */
  async raiseRevision(em: EntityManager, userId: number, now: Date): Promise<number> {
    await this.lockAndRaise(em, userId, now);
    const user = await em.findOneOrFail(User, { select: { revision: true }, where: { id: userId } });
    return user.revision;
  }

  findByTokenHash(em: EntityManager, tokenHash: string): Promise<SessionContext | null> {
    return findContext(em, 's.token_hash', tokenHash);
  }

  /** @returns the contexts found, by token hash */
  findByTokenHashes(em: EntityManager, tokenHashes: string[]): Promise<Map<string, SessionContext>> {
    return findContexts(em, 's.token_hash', tokenHashes);
  }

  /** @returns the contexts found, by id */
  findByIds(em: EntityManager, sessionIds: string[]): Promise<Map<string, SessionContext>> {
    return findContexts(em, 's.id', sessionIds);
  }

  findById(em: EntityManager, sessionId: string): Promise<SessionContext | null> {
    return findContext(em, 's.id', sessionId);
  }

  /** As `lockUser`, and reads what a switch of the caller to this platform needs. */
  async lockForSwitch(em: EntityManager, caller: SessionContext, platformId: number): Promise<SwitchState> {
    if (isSqlite(em)) await this.lockUser(em, caller.user.id);
    return lockSwitchState(em, caller, platformId);
  }

  /**
   * Moves a user's sessions that have not ended to a platform, and raises the revision.
   * @param scope `all`: all sessions that are not pinned, and the caller's, which is unpinned; otherwise only the
   *   caller's, which is pinned
   */
  async moveSessions(
    em: EntityManager,
    { user, session }: SessionContext,
    platformId: number,
    scope: SwitchScope,
    now: Date,
  ): Promise<void> {
    const all = scope === 'all';
    const moved = all ? 's.ended_at IS NULL AND (s.pinned = 0 OR s.id = ?)' : 's.id = ?';
    if (isSqlite(em)) {
      await this.lockAndRaise(em, user.id, now, all ? { lastPlatformId: platformId } : {});
      const sql = `UPDATE vedfolnir_user_sessions AS s SET active_platform_id = ?, pinned = ? WHERE s.user_id = ? AND ${moved}`;
      await em.query(sql, [platformId, Number(!all), user.id, session.id]);
      return;
    }
    // One statement for both tables saves a round trip.
    await em.query(
      `UPDATE vedfolnir_users u JOIN vedfolnir_user_sessions s ON s.user_id = u.id AND ${moved}
      SET u.revision = u.revision + 1, u.changed_at = ?, u.last_platform_id = IF(?, ?, u.last_platform_id),
        s.active_platform_id = ?, s.pinned = ? WHERE u.id = ?`,
      [session.id, now, all, platformId, platformId, !all, user.id],
    );
  }

  /**
   * Changes of sessions and users since then, at most `limit` of each kind. Expired sessions, which may be many, are
   * left out: every node that knows such a session knows its deadlines.
   */
  async changesSince(em: EntityManager, since: Date, limit: number): Promise<Changes> {
    const ended = await em
      .createQueryBuilder(UserSession, 's')
      .select(['s.id', 's.userId', 's.endReason', 's.endedAt'])
      .where("s.ended_at >= :since AND COALESCE(s.end_reason, '') NOT IN ('idle', 'absolute')", { since })
      .limit(limit)
      .getMany();
    const users = await em.find(User, {
      select: { id: true, revision: true, changedAt: true },
      where: { changedAt: MoreThanOrEqual(since) },
      take: limit,
    });
    const rekeyed = await em.find(UserSession, {
      select: { id: true, tokenHash: true },
      where: { rekeyedAt: MoreThanOrEqual(since) },
      take: limit,
    });
    return {
      ended: ended.map((row) => ({
        userId: row.userId,
        sessionId: row.id,
        reason: row.endReason ?? 'revoked',
        at: row.endedAt!,
      })),
      users: users.map((row) => ({ userId: row.id, revision: row.revision, at: row.changedAt })),
      rekeyed: rekeyed.map((row) => ({ sessionId: row.id, tokenHash: row.tokenHash })),
      complete: Math.max(ended.length, users.length, rekeyed.length) < limit,
    };
  }

  async insert(em: EntityManager, session: Omit<UserSession, 'user' | 'activePlatform'>): Promise<void> {
    await em.insert(UserSession, session);
  }

  /** The user's live sessions with their platforms, most recently used first. */
  async listLive(em: EntityManager, userId: number, now: Date): Promise<UserSession[]> {
    const live = await em
      .createQueryBuilder(UserSession, 's')
      .leftJoinAndSelect('s.activePlatform', 'p', 'p.is_active = :active', { active: true })
      .where(`s.user_id = :userId AND ${LIVE_SQL}`, { userId, now })
      .getMany();
    // Sorted here, as no index has this order.
    return live.sort((a, b) => b.lastActivityAt.getTime() - a.lastActivityAt.getTime());
  }

  /**
   * @param session with its new idle deadline
   * @param after the recorded activity must not be later: only the first of concurrent updates is recorded
   * @returns false if it was not recorded: too soon, or the session is no longer live or has a new secret
   */
  async recordActivity(
    em: EntityManager,
    { id, tokenHash, idleExpiresAt }: SessionContext['session'],
    now: Date,
    after: Date,
  ): Promise<boolean> {
    const result = await em
      .createQueryBuilder()
      .update(UserSession)
      .set({ lastActivityAt: now, idleExpiresAt })
      .where('id = :id AND token_hash = :tokenHash', { id, tokenHash })
      .andWhere(`last_activity_at <= :after AND ${bare(LIVE_SQL)}`, { after, now })
      .execute();
    return result.affected === 1;
  }

  async rekey(em: EntityManager, sessionId: string, tokenHash: string, now: Date): Promise<void> {
    await em.update(UserSession, { id: sessionId }, { tokenHash, authenticatedAt: now, rekeyedAt: now });
  }

  async setDeviceName(em: EntityManager, id: string, deviceName: string | null): Promise<void> {
    await em.update(UserSession, { id }, { deviceName });
  }

  /** The user's name for the device of this session, even if the session has ended. */
  async findDeviceName(em: EntityManager, userId: number, tokenHash: string): Promise<string | null> {
    const row = await em.findOne(UserSession, { select: { id: true, deviceName: true }, where: { userId, tokenHash } });
    return row?.deviceName ?? null;
  }

  /** @returns whether the address changed */
  async setAddress(em: EntityManager, sessionId: string, ipAddress: string): Promise<boolean> {
    const result = await em
      .createQueryBuilder()
      .update(UserSession)
      .set({ ipAddress })
      .where('id = :sessionId AND ip_address <> :ipAddress', { sessionId, ipAddress })
      .execute();
    return result.affected === 1;
  }

  async setPlatform(em: EntityManager, id: string, change: Pick<UserSession, 'activePlatformId' | 'pinned'>) {
    await em.update(UserSession, { id }, change);
  }

  /** The user's pinned sessions that have not ended. */
  async listPinned(em: EntityManager, userId: number): Promise<string[]> {
    const rows = await em.find(UserSession, {
      select: { id: true },
      where: { userId, endedAt: IsNull(), pinned: true },
    });
    return rows.map(({ id }) => id);
  }

  /**
   * The platform that a new session starts on: the requested one, else the platform of the last switch of all sessions,
   * else the default.
   * @returns undefined if the requested one does not exist
   */
  async startingPlatform(em: EntityManager, userId: number, requested?: number): Promise<number | null | undefined> {
    const { lastPlatformId } = await em.findOneOrFail(User, {
      select: { id: true, lastPlatformId: true },
      where: { id: userId },
    });
    const owned = await em.find(PlatformConnection, { where: { userId, isActive: true } });
    const has = (id: number | null) => owned.some((platform) => platform.id === id);
    if (requested !== undefined) return has(requested) ? requested : undefined;
    if (has(lastPlatformId)) return lastPlatformId;
    return owned.find((platform) => platform.isDefault)?.id ?? null;
  }
}

/** An UPDATE has no table alias here. */
function bare(predicate: string): string {
  return predicate.replaceAll(/\bs\./g, '');
}
