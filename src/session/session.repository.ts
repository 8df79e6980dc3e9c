/** Queries only; the caller decides, and brings the transaction. */
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
  /** Sessions that live on under another secret. */
  rekeyed: { sessionId: string; tokenHash: string }[];
  /** False: there was more than could be told. */
  whole: boolean;
}

@Injectable()
export class SessionRepository {
  /**
   * Takes the user's row for the rest of the transaction: changes of one user happen one after the other, whatever
   * node they come through, and always lock in this order.
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

  /** As `lockUser`, for one more change that this user's tabs must see. @param more what else it changes of the user */
  async lockAndRaise(em: EntityManager, userId: number, now: Date, more: Partial<User> = {}): Promise<void> {
    await em
      .createQueryBuilder()
      .update(User)
      .set({ ...more, revision: () => 'revision + 1', changedAt: now })
      .where({ id: userId })
      .execute();
  }

  /** One more change that this user's tabs must see. @returns its number */
  async raiseRevision(em: EntityManager, userId: number, now: Date): Promise<number> {
    await this.lockAndRaise(em, userId, now);
    const user = await em.findOneOrFail(User, { select: { revision: true }, where: { id: userId } });
    return user.revision;
  }

  findByTokenHash(em: EntityManager, tokenHash: string): Promise<SessionContext | null> {
    return findContext(em, 's.token_hash', tokenHash);
  }

  /** By their token hash. */
  findByTokenHashes(em: EntityManager, tokenHashes: string[]): Promise<Map<string, SessionContext>> {
    return findContexts(em, 's.token_hash', tokenHashes);
  }

  /** By their id. */
  findByIds(em: EntityManager, sessionIds: string[]): Promise<Map<string, SessionContext>> {
    return findContexts(em, 's.id', sessionIds);
  }

  findById(em: EntityManager, sessionId: string): Promise<SessionContext | null> {
    return findContext(em, 's.id', sessionId);
  }

  /** As `lockUser`, with what a switch of the caller's to this platform has to know. */
  async lockForSwitch(em: EntityManager, caller: SessionContext, platformId: number): Promise<SwitchState> {
    if (isSqlite(em)) await this.lockUser(em, caller.user.id);
    return lockSwitchState(em, caller, platformId);
  }

  /**
   * Moves sessions of a user that have not ended to a platform, and raises the revision.
   * @param scope all that are not pinned and the calling one, which is freed; or the calling one alone, which is pinned
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
    // One statement for both tables: each is a round trip.
    await em.query(
      `UPDATE vedfolnir_users u JOIN vedfolnir_user_sessions s ON s.user_id = u.id AND ${moved}
      SET u.revision = u.revision + 1, u.changed_at = ?, u.last_platform_id = IF(?, ?, u.last_platform_id),
        s.active_platform_id = ?, s.pinned = ? WHERE u.id = ?`,
      [session.id, now, all, platformId, platformId, !all, user.id],
    );
  }

  /**
   * What has happened to sessions and users since then, at most `limit` of each. Not those that have run out, be they
   * many: whoever knows of such a session knows its deadlines.
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
      whole: Math.max(ended.length, users.length, rekeyed.length) < limit,
    };
  }

  async insert(em: EntityManager, session: Omit<UserSession, 'user' | 'activePlatform'>): Promise<void> {
    await em.insert(UserSession, session);
  }

  /** The user's live sessions with their platforms, last used first. */
  async listLive(em: EntityManager, userId: number, now: Date): Promise<UserSession[]> {
    const live = await em
      .createQueryBuilder(UserSession, 's')
      .leftJoinAndSelect('s.activePlatform', 'p', 'p.is_active = :active', { active: true })
      .where(`s.user_id = :userId AND ${LIVE_SQL}`, { userId, now })
      .getMany();
    // Here, as no index has them in this order.
    return live.sort((a, b) => b.lastActivityAt.getTime() - a.lastActivityAt.getTime());
  }

  /**
   * @param session with its new idle deadline
   * @param after the activity on record must be from then or earlier: of several that come at once, one is recorded
   * @returns false when it was not, or the session was not live any more, or has another secret
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

  /** What the user calls the device of this session, also when the session has ended. */
  async findDeviceName(em: EntityManager, userId: number, tokenHash: string): Promise<string | null> {
    const row = await em.findOne(UserSession, { select: { id: true, deviceName: true }, where: { userId, tokenHash } });
    return row?.deviceName ?? null;
  }

  /** @returns whether that was a change */
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

  /** Of the user's sessions that have not ended. */
  async listPinned(em: EntityManager, userId: number): Promise<string[]> {
    const rows = await em.find(UserSession, {
      select: { id: true },
      where: { userId, endedAt: IsNull(), pinned: true },
    });
    return rows.map(({ id }) => id);
  }

  /**
   * The platform that a new session starts on: the wished one, else where the last switch of all sessions left the
   * user, else the default.
   * @returns undefined when the wished one is not there
   */
  async startingPlatform(em: EntityManager, userId: number, wished?: number): Promise<number | null | undefined> {
    const { lastPlatformId } = await em.findOneOrFail(User, {
      select: { id: true, lastPlatformId: true },
      where: { id: userId },
    });
    const owned = await em.find(PlatformConnection, { where: { userId, isActive: true } });
    const has = (id: number | null) => owned.some((platform) => platform.id === id);
    if (wished !== undefined) return has(wished) ? wished : undefined;
    if (has(lastPlatformId)) return lastPlatformId;
    return owned.find((platform) => platform.isDefault)?.id ?? null;
  }
}

/** An UPDATE knows no alias. */
function bare(predicate: string): string {
  return predicate.replaceAll(/\bs\./g, '');
}
