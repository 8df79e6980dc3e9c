import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { AppError, invalidField } from '../common/app-error';
import { chunksOf } from '../common/chunks';
import { Clock } from '../common/clock';
import { MonitorPerformance } from '../common/performance';
import { yieldToEventLoop } from '../common/yield-to-event-loop';
import type { OAuthApp } from '../database/entities/oauth-app.entity';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import { InstanceError } from '../fediverse/instance-error';
import type { PlatformView, SwitchResult, SwitchScope, UserPlatformsView } from '../protocol/http';
import { auditActorOf } from '../session/audit-actor';
import { RequestBudgets } from '../session/request-budgets';
import { SessionRepository } from '../session/session.repository';
import { toPlatformView } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { SessionLifecycleService } from '../session/session-lifecycle.service';
import { Instances } from './instances';
import { OAuthRepository } from './oauth/oauth.repository';
import type { ConnectPlatformDto, UpdatePlatformDto } from './platform.dto';
import { PlatformRepository } from './platform.repository';
import { PlatformAnnouncer } from './platform-announcer';
import { PlatformConnector } from './platform-connector';

/** Uploads per transaction: about 25 ms of work on SQLite if they are as large as they may be. */
const FILES_PER_BATCH = 2;

/** A user's connections, and the active one of each session. Every change raises the user's revision. */
@Injectable()
export class PlatformService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: SessionLifecycleService,
    private readonly sessionRows: SessionRepository,
    private readonly platforms: PlatformRepository,
    private readonly oauth: OAuthRepository,
    private readonly instances: Instances,
    private readonly connector: PlatformConnector,
    private readonly announcer: PlatformAnnouncer,
    private readonly audit: AuditTrail,
    private readonly budgets: RequestBudgets,
    private readonly clock: Clock,
  ) {}

  async list(caller: SessionContext): Promise<UserPlatformsView> {
    const rows = await this.work.read((em) => this.platforms.list(em, caller.user.id));
    return { platforms: rows.map(toPlatformView), current_platform: caller.platform, revision: caller.revision };
  }

  /** @throws AppError PLATFORM_NOT_FOUND */
  async get(caller: SessionContext, id: number): Promise<PlatformView> {
    return toPlatformView(await this.find(caller, id));
  }

  /**
   * Connects an account, once the instance has confirmed the owner of the token. The first connection becomes the
   * default, and active in all sessions without one.
   * @throws AppError PLATFORM_EXISTS, VALIDATION_ERROR, PLATFORM_REJECTED or PLATFORM_UNREACHABLE
   */
  connect(caller: SessionContext, form: ConnectPlatformDto): Promise<PlatformView> {
    return this.connector.connect(caller, form);
  }

  /**
   * Changes the name, the token, or both.
   * @throws AppError PLATFORM_NOT_FOUND, VALIDATION_ERROR, PLATFORM_REJECTED or PLATFORM_UNREACHABLE; RATE_LIMITED for
   *   too many new tokens
   */
  async update(caller: SessionContext, id: number, { name, access_token }: UpdatePlatformDto): Promise<PlatformView> {
    if (name === undefined && access_token === undefined) {
      throw invalidField('name', 'name or access_token is needed');
    }
    const row = await this.find(caller, id);
    let storeToken: Awaited<ReturnType<PlatformConnector['verifyToken']>> | undefined;
    if (access_token !== undefined) {
      await this.budgets.takeInstanceCall(caller.user.id, caller.session.ipAddress);
      storeToken = await this.connector.verifyToken(row, access_token);
    }
    return this.changeOne(caller, id, async (tx, current) => {
      await storeToken?.(tx, current);
      if (name !== undefined) await this.platforms.update(tx.em, id, { name });
    });
  }

  /** @throws AppError PLATFORM_NOT_FOUND */
  makeDefault(caller: SessionContext, id: number): Promise<PlatformView> {
    return this.changeOne(caller, id, (tx) => this.platforms.setDefault(tx.em, caller.user.id, id));
  }

  /**
   * Removes a connection; a removed default is replaced by the oldest other one. Its sessions move to the default. Its
   * unused uploads go first, and stay gone if the database fails before the end.
   */
  async remove(caller: SessionContext, id: number): Promise<void> {
    const userId = caller.user.id;
    await this.removeUnusedFiles(caller, id);
    const { target, app } = await this.sessions.runAuthorized(caller, async (tx) => {
      const rows = await this.platforms.list(tx.em, userId);
      const target = rows.find((row) => row.id === id);
      if (!target) throw new AppError('PLATFORM_NOT_FOUND');
      const others = rows.filter((row) => row.id !== id);
      const next = others.find((row) => row.isDefault) ?? others[0] ?? null;
      if (next && target.isDefault) await this.platforms.setDefault(tx.em, userId, next.id);
      await this.platforms.moveSessions(tx.em, userId, next?.id ?? null, id);
      await this.platforms.remove(tx.em, id);
      await this.audit.record(tx, { type: 'platform_removed', ...auditActorOf(caller), platform: target });
      await this.announcer.announce(tx, userId);
      return { target, app: target.appKey === null ? null : await this.oauth.findApp(tx.em, target.appKey) };
    });
    await this.revoke(target, app);
  }

  /** Unused uploads can be a gigabyte: deleted in batches, as with SQLite each batch completes synchronously. */
  private async removeUnusedFiles(caller: SessionContext, id: number): Promise<void> {
    const ids = await this.work.read((em) => this.platforms.findUnusedFiles(em, caller.user.id, id));
    for (const batch of chunksOf(ids, FILES_PER_BATCH)) {
      await this.sessions.runAuthorized(caller, (tx) => this.platforms.removeUnusedFiles(tx.em, batch));
      await yieldToEventLoop();
    }
  }

  /** Revokes the unused token. The connection is removed already, so a failure at the instance is ignored. */
  private async revoke(target: PlatformConnection, app: OAuthApp | null): Promise<void> {
    try {
      const place = { column: 'oauth_apps.client_secret', id: app?.appKey ?? '' } as const;
      const secret = app && this.instances.open(app.clientSecret, place);
      const known = app && secret ? { client_id: app.clientId, client_secret: secret } : null;
      await this.instances.unconfirmed(target, null).revokeToken(known);
    } catch (error) {
      if (!(error instanceof InstanceError)) throw error;
    }
  }

  /**
   * Switches the active platform. `all`: every session of the user except other pinned ones; unpins the calling one.
   * `session`: only the calling one, which becomes pinned.
   * @throws AppError PLATFORM_NOT_FOUND
   */
  @MonitorPerformance('platform_switch')
  switch(caller: SessionContext, id: number, scope: SwitchScope, tabId: string | null): Promise<SwitchResult> {
    return this.sessions.runAuthorizedSwitch(caller, id, async (tx, before, platform, pinned) => {
      const { session } = before;
      await this.sessionRows.moveSessions(tx.em, before, id, scope, this.clock.now());
      await this.audit.record(tx, { type: 'platform_switched', ...auditActorOf(caller), platform });
      const revision = before.revision + 1;
      const others = pinned.filter((each) => each !== session.id);
      const pinnedIds = scope === 'all' ? others : [...others, session.id];
      const movedId = scope === 'all' ? null : session.id;
      this.announceSwitch(tx, { ...before, revision }, platform, movedId, tabId, pinnedIds);
      return { success: true, platform, revision };
    });
  }

  /** Unpins a session and moves it to the platform of the user's other sessions. No-op for one that is not pinned. */
  follow(caller: SessionContext, tabId: string | null): Promise<SessionContext> {
    const userId = caller.user.id;
    return this.sessions.runAuthorized(caller, async (tx, pinned) => {
      if (!pinned.session.pinned) return pinned;
      const { id } = pinned.session;
      const activePlatformId = (await this.sessionRows.startingPlatform(tx.em, userId)) ?? null;
      await this.sessionRows.setPlatform(tx.em, id, { activePlatformId, pinned: false });
      await this.sessionRows.raiseRevision(tx.em, userId, this.clock.now());
      const context = (await this.sessionRows.findById(tx.em, id))!;
      const { platform } = context;
      if (platform) await this.audit.record(tx, { type: 'platform_switched', ...auditActorOf(caller), platform });
      const others = await this.sessionRows.listPinned(tx.em, userId);
      this.announceSwitch(tx, { ...context, platform: pinned.platform }, platform, id, tabId, others);
      return context;
    });
  }

  /** @param before context with the new revision and the previous platform */
  private announceSwitch(
    tx: Transaction,
    before: SessionContext,
    platform: PlatformView | null,
    sessionId: string | null,
    tabId: string | null,
    pinnedSessionIds: string[],
  ): void {
    const { user, revision, session, platform: previous } = before;
    tx.publish({
      name: 'platform.switched',
      payload: {
        userId: user.id,
        revision,
        sessionId,
        platform,
        previousPlatformId: previous?.id ?? null,
        origin: { sessionId: session.id, tabId },
        pinnedSessionIds,
        at: this.clock.now().toISOString(),
      },
    });
  }

  private async find(caller: SessionContext, id: number): Promise<PlatformConnection> {
    const row = await this.work.read((em) => this.platforms.find(em, caller.user.id, id));
    if (!row) throw new AppError('PLATFORM_NOT_FOUND');
    return row;
  }

  private changeOne(
    caller: SessionContext,
    id: number,
    change: (tx: Transaction, row: PlatformConnection) => Promise<void>,
  ): Promise<PlatformView> {
    const userId = caller.user.id;
    return this.sessions.runAuthorized(caller, async (tx) => {
      const row = await this.platforms.find(tx.em, userId, id);
      if (!row) throw new AppError('PLATFORM_NOT_FOUND');
      await change(tx, row);
      const platforms = await this.announcer.announce(tx, userId);
      return platforms.find((platform) => platform.id === id)!;
    });
  }
}
