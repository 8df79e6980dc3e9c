import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { AppError } from '../common/app-error';
import { BatchedCall } from '../common/batched-call';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import { MonitorPerformance } from '../common/performance';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import type { EndReason } from '../protocol/events';
import type { ExtendedView, PlatformView } from '../protocol/http';
import { SessionCache } from './cache/session-cache';
import { toDeviceName } from './device';
import { activityDueAfter, deadlinesAfter, extensionDueAfter, isExpired } from './expiry-policy';
import { InvalidTokenLimiter } from './invalid-token-limiter';
import { requireLive } from './liveness';
import { SessionRepository } from './session.repository';
import { toDeadlinesView } from './session.views';
import type { Device, SessionContext } from './session-context';
import { SessionTerminator } from './session-terminator';
import { hashSecret, isSecret, newSecret } from './session-token';

export interface NewSession {
  id: string;
  /** For the cookie; stored nowhere else. */
  secret: string;
}

/** Sessions per query and concurrent queries: most connections of the pool stay free for other requests. */
const LOOKUPS = { keys: 100, calls: 4 };
/** Sessions per transaction and concurrent transactions. */
const EXPIRIES = { keys: 100, calls: 2 };

/** The life cycle of sessions: creation, authentication, activity, expiry. */
@Injectable()
export class SessionLifecycleService {
  /** Many sessions that connect or expire at once are read and ended in batches. */
  private readonly byTokenHash = new BatchedCall<SessionContext>(
    (keys) => this.work.read((em) => this.repository.findByTokenHashes(em, keys)),
    LOOKUPS,
  );
  private readonly byId = new BatchedCall<SessionContext>(
    (keys) => this.work.read((em) => this.repository.findByIds(em, keys)),
    LOOKUPS,
  );
  private readonly endExpired = new BatchedCall<true>(async (sessionIds) => {
    await this.work.write((tx) => this.endings.endExpiredIn(tx, { sessionIds }, sessionIds.length));
    return new Map<string, true>();
  }, EXPIRIES);

  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: SessionRepository,
    private readonly endings: SessionTerminator,
    private readonly audit: AuditTrail,
    private readonly cache: SessionCache,
    private readonly tokenLimiter: InvalidTokenLimiter,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Creates a session within the caller's transaction, which must hold the user's row and have checked the platform.
   */
  async createIn(
    tx: Transaction,
    userId: number,
    platformId: number | null,
    device: Device,
    deviceName: string | null = null,
  ): Promise<NewSession> {
    const now = this.clock.now();
    const created = { id: randomUUID(), secret: newSecret() };
    const tokenHash = hashSecret(created.secret);
    await this.endings.makeRoomIn(tx, userId);
    await this.repository.insert(tx.em, {
      id: created.id,
      userId,
      tokenHash,
      activePlatformId: platformId,
      pinned: false,
      userAgent: device.userAgent,
      deviceName,
      ipAddress: device.ipAddress.slice(0, 45),
      createdAt: now,
      lastActivityAt: now,
      authenticatedAt: now,
      rekeyedAt: null,
      ...deadlinesAfter(this.config, now, now),
      endedAt: null,
      endReason: null,
    });
    const { userAgent, ipAddress } = device;
    const actor = { userId, sessionId: created.id, device: toDeviceName(userAgent), ipAddress };
    await this.audit.record(tx, { type: 'sign_in', ...actor });
    tx.publish({
      name: 'session.created',
      payload: { sessionId: created.id, userId, tokenHash, at: now.toISOString() },
    });
    return created;
  }

  /**
   * Authenticates the secret of the cookie against the database.
   * @param address where the request comes from
   * @param allowExpired accepts an expired session, but none that was ended
   * @throws AppError SESSION_INVALID, SESSION_EXPIRED or SESSION_REVOKED; RATE_LIMITED for an address that tries many
   *   secrets
   */
  @MonitorPerformance('authenticate')
  async authenticate(secret: string, address: string, allowExpired = false): Promise<SessionContext> {
    if (!isSecret(secret)) throw new AppError('SESSION_INVALID');
    return this.live(await this.find(hashSecret(secret), address), allowExpired);
  }

  /** As `authenticate`, for a request that changes nothing: the context may come from the cache. */
  @MonitorPerformance('authenticate_read')
  async authenticateRead(secret: string, address: string): Promise<SessionContext> {
    if (!isSecret(secret)) throw new AppError('SESSION_INVALID');
    const tokenHash = hashSecret(secret);
    let loaded = false;
    const context = await this.cache.get(tokenHash, () => {
      loaded = true;
      return this.find(tokenHash, address);
    });
    // A cached context cannot prove that a session is over: it may lack an extension.
    const over = !context || context.session.endedAt || isExpired(context.session, this.clock.now());
    return over && !loaded ? this.authenticate(secret, address) : this.live(context);
  }

  /**
   * @returns the cached context of a live session, without a query; null says nothing about the session. For reads,
   *   as `authenticateRead`
   */
  recall(secret: string): SessionContext | null {
    const context = isSecret(secret) ? this.cache.recall(hashSecret(secret)) : null;
    return context?.user.isActive && !isExpired(context.session, this.clock.now()) ? context : null;
  }

  private async find(tokenHash: string, address: string): Promise<SessionContext | null> {
    const retryAfter = this.tokenLimiter.retryAfterSeconds(address);
    if (retryAfter > 0 && !this.tokenLimiter.isKnownValid(tokenHash))
      throw new AppError('RATE_LIMITED', { retryAfter });
    const context = await this.byTokenHash.run(tokenHash);
    if (!context) await this.tokenLimiter.recordMiss(address);
    return context;
  }

  /** The context of a live session by its public id, or null. */
  async getContext(sessionId: string): Promise<SessionContext | null> {
    const context = await this.byId.run(sessionId);
    return context && !context.session.endedAt && !isExpired(context.session, this.clock.now()) ? context : null;
  }

  /**
   * As `getContext`, but throws if there is none.
   * @throws AppError SESSION_INVALID, SESSION_EXPIRED or SESSION_REVOKED
   */
  async requireContext(sessionId: string): Promise<SessionContext> {
    return this.live(await this.byId.run(sessionId));
  }

  /** The first node that notices an expired session, or a disabled user, ends the session or all of the user's. */
  private async live(context: SessionContext | null, allowExpired = false): Promise<SessionContext> {
    const current = context && !allowExpired ? await this.expireContextIfDue(context) : context;
    const live = requireLive(current, this.clock.now(), allowExpired);
    this.tokenLimiter.markValid(live.session.tokenHash);
    return live;
  }

  /**
   * Ends the session if it is over. Compare-and-set: only the first caller ends it and publishes the event.
   * @returns its state afterwards: live, ended, or unchanged while another transaction is extending or ending it;
   *   null: no such session
   */
  async expireIfDue(sessionId: string): Promise<SessionContext | null> {
    const context = await this.byId.run(sessionId);
    return context && this.expireContextIfDue(context);
  }

  private async expireContextIfDue(context: SessionContext): Promise<SessionContext | null> {
    const { session, user } = context;
    if (session.endedAt) return context;
    if (user.isActive && !isExpired(session, this.clock.now())) return context;
    if (user.isActive) await this.endExpired.run(session.id);
    else await this.work.write((tx) => this.endings.endAllIn(tx, user.id, 'user_disabled'));
    return this.byId.run(session.id);
  }

  /** Why the session ended, or null when it did not. */
  async endReason(sessionId: string): Promise<EndReason | null> {
    return (await this.byId.run(sessionId))?.session.endReason ?? null;
  }

  /** Whether the session is live and belongs to this active user. */
  async validate(sessionId: string, userId: number): Promise<boolean> {
    const context = await this.getContext(sessionId);
    return context?.user.id === userId && context.user.isActive;
  }

  /**
   * Runs a change by a signed-in caller: locks the user's row, checks within the same transaction that the session is
   * live and has the same secret, and passes the current context on.
   * @throws AppError SESSION_EXPIRED, SESSION_REVOKED or SESSION_INVALID
   */
  runAuthorized<T>(caller: SessionContext, work: (tx: Transaction, context: SessionContext) => Promise<T>): Promise<T> {
    return this.work.write(async (tx) => {
      await this.repository.lockUser(tx.em, caller.user.id);
      return work(tx, this.assertSameToken(caller, await this.repository.findById(tx.em, caller.session.id)));
    }, caller.user.id);
  }

  /**
   * As `runAuthorized`, for a platform switch; the guard may have admitted the caller by a cached session.
   * @param work gets the context, the platform and the user's pinned sessions from before the switch
   * @throws AppError SESSION_EXPIRED, SESSION_REVOKED or SESSION_INVALID; PLATFORM_NOT_FOUND
   */
  runAuthorizedSwitch<T>(
    caller: SessionContext,
    platformId: number,
    work: (tx: Transaction, context: SessionContext, target: PlatformView, pinned: string[]) => Promise<T>,
  ): Promise<T> {
    return this.work.write(async (tx) => {
      const { context, target, pinnedSessionIds } = await this.repository.lockForSwitch(tx.em, caller, platformId);
      const live = this.assertSameToken(caller, context);
      if (!target) throw new AppError('PLATFORM_NOT_FOUND');
      return work(tx, live, target, pinnedSessionIds);
    }, caller.user.id);
  }

  /** Rejects a long-running or delayed request whose secret was replaced after the guard admitted it. */
  private assertSameToken({ session }: SessionContext, found: SessionContext | null): SessionContext {
    return requireLive(found?.session.tokenHash === session.tokenHash ? found : null, this.clock.now());
  }

  /** Records user activity, unless that was done a moment ago. */
  async touch(context: SessionContext): Promise<SessionContext> {
    const now = this.clock.now();
    const after = activityDueAfter(this.config, now);
    return context.session.lastActivityAt <= after ? this.recordActivity(context, now, after) : context;
  }

  /** Whether user activity would have to be recorded now. */
  isDue({ session }: SessionContext): boolean {
    return session.lastActivityAt <= activityDueAfter(this.config, this.clock.now());
  }

  /** "Stay signed in": moves the idle deadline, at most once per second; the absolute deadline does not move. */
  @MonitorPerformance('session_extend')
  async extend(context: SessionContext): Promise<ExtendedView> {
    const now = this.clock.now();
    const after = extensionDueAfter(this.config, context.session.createdAt, now);
    const { session } = await this.recordActivity(context, now, after);
    return { ...toDeadlinesView(session), server_time: this.clock.now().toISOString() };
  }

  private async recordActivity(context: SessionContext, now: Date, after: Date): Promise<SessionContext> {
    const { id, createdAt } = context.session;
    const { idleExpiresAt } = deadlinesAfter(this.config, createdAt, now);
    const session = { ...context.session, lastActivityAt: now, idleExpiresAt };
    const recorded = await this.work.write(async (tx) => {
      if (!(await this.repository.recordActivity(tx.em, session, now, after))) return false;
      const at = now.toISOString();
      const deadlines = toDeadlinesView(session);
      tx.publish({
        name: 'session.extended',
        payload: { sessionId: id, userId: context.user.id, lastActivity: at, deadlines, at },
      });
      return true;
    });
    if (recorded) return { ...context, session };
    // Another request recorded activity first, or the session is over: read the row, as cached data may be stale.
    const current = this.assertSameToken(context, await this.requireContext(id));
    this.cache.noteActivity(current);
    return current;
  }

  /**
   * Gives the session a new secret after the user gave the password; connections opened with the old secret must be
   * closed.
   * @returns the secret for the cookie
   */
  async rekeyIn(tx: Transaction, { session, user }: SessionContext): Promise<string> {
    const secret = newSecret();
    const tokenHash = hashSecret(secret);
    await this.repository.rekey(tx.em, session.id, tokenHash, this.clock.now());
    // The new revision invalidates contexts cached under the old secret.
    const revision = await this.repository.raiseRevision(tx.em, user.id, this.clock.now());
    tx.publish({ name: 'session.rekeyed', payload: { sessionId: session.id, userId: user.id, tokenHash, revision } });
    return secret;
  }
}
