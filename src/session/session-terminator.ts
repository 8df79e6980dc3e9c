import { Inject, Injectable } from '@nestjs/common';
import { type AuditEntry, AuditTrail } from '../audit/audit-trail';
import { chunksOf } from '../common/chunks';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import type { Transaction } from '../database/unit-of-work';
import type { EndReason } from '../protocol/events';
import type { Actor } from './audit-actor';
import { toDeviceName } from './device';
import { SessionRepository } from './session.repository';
import type { Device } from './session-context';
import { type Ending, type Scope, SessionTerminationRepository } from './session-termination.repository';

/** Without a configured limit: all sessions of a user are read, and end in one transaction. */
const MAX_SESSIONS_PER_USER = 1000;
/** The parameters of a statement are limited. */
const MAX_PER_STATEMENT = 500;

/** The only way in which sessions end: once, with an audit entry and an event for the tabs. */
@Injectable()
export class SessionTerminator {
  constructor(
    private readonly repository: SessionTerminationRepository,
    private readonly sessions: SessionRepository,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param by the actor, if it was not the session's own device @returns whether the session was ended by this call */
  async endIn(tx: Transaction, sessionId: string, reason: EndReason, by?: Device | Actor): Promise<boolean> {
    return (await this.endUnendedIn(tx, { sessionIds: [sessionId] }, reason, by)) > 0;
  }

  /**
   * Ends all sessions of the user, including expired ones: a concurrent extension could revive those.
   * @param except a session that is left alone
   * @param by an administrator
   * @returns the number of ended sessions
   */
  endAllIn(tx: Transaction, userId: number, reason: EndReason, except?: string, by?: Actor): Promise<number> {
    return this.endUnendedIn(tx, { userIds: [userId], except }, reason, by);
  }

  private async endUnendedIn(
    tx: Transaction,
    scope: Pick<Scope, 'sessionIds' | 'userIds' | 'except'>,
    reason: EndReason,
    by?: Device | Actor,
  ): Promise<number> {
    const at = this.clock.now();
    const endings = await this.repository.lockUnended(tx.em, scope);
    if (endings.length === 0) return 0;
    const actor = by && 'actorUserId' in by ? by : {};
    const entryOf = (ending: Ending) => ({ ...toAuditEntry({ ...ending, ...by }, reason), ...actor });
    for (const some of chunksOf(endings, MAX_PER_STATEMENT)) {
      const ids = some.map(({ id }) => id);
      await this.repository.end(tx.em, ids, reason, at);
      await this.audit.record(tx, ...some.map(entryOf));
    }
    for (const { id, userId } of endings) this.publishEnded(tx, id, userId, reason, at);
    return endings.length;
  }

  /**
   * Ends the expired sessions of `scope`, except those extended in the meantime.
   * @param limit most sessions to end
   * @returns user ids, one entry for each session
   */
  async endExpiredIn(tx: Transaction, scope: Scope, limit = 1): Promise<number[]> {
    const at = this.clock.now();
    const endings = await this.repository.lockExpired(tx.em, scope, at, limit);
    for (const reason of ['idle', 'absolute'] as const) {
      const ids = endings.filter((ending) => ending.reason === reason).map(({ id }) => id);
      if (ids.length > 0) await this.repository.end(tx.em, ids, reason, at);
    }
    for (const { id, userId, reason } of endings) this.publishEnded(tx, id, userId, reason, at);
    await this.audit.record(tx, ...endings.map((ending) => toAuditEntry(ending, ending.reason)));
    return endings.map(({ userId }) => userId);
  }

  /** Ends the user's oldest sessions, so that one more stays within the limit. The user's row must be locked. */
  async makeRoomIn(tx: Transaction, userId: number): Promise<void> {
    const limit = this.config.maxSessionsPerUser || MAX_SESSIONS_PER_USER;
    const live = await this.sessions.listLive(tx.em, userId, this.clock.now());
    const byAge = live.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    const sessionIds = byAge.slice(0, Math.max(0, live.length + 1 - limit)).map(({ id }) => id);
    if (sessionIds.length > 0) await this.endUnendedIn(tx, { sessionIds }, 'replaced');
  }

  private publishEnded(tx: Transaction, sessionId: string, userId: number, reason: EndReason, at: Date): void {
    tx.publish({ name: 'session.ended', payload: { sessionId, userId, reason, at: at.toISOString() } });
  }
}

function toAuditEntry({ id, userId, userAgent, ipAddress }: Ending, reason: EndReason): AuditEntry {
  return { type: 'session_ended', userId, sessionId: id, device: toDeviceName(userAgent), ipAddress, reason };
}
