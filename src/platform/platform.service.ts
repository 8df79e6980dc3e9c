import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { STORED_BUDGETS } from '../cluster/budgets';
import { AppError, invalidField } from '../common/app-error';
import { Clock } from '../common/clock';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import { MonitorPerformance } from '../common/performance';
import { isDuplicateKey } from '../database/database-errors';
import type { OAuthApp } from '../database/entities/oauth-app.entity';
import type { NewPlatformConnection, PlatformConnection } from '../database/entities/platform-connection.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import { InstanceError } from '../fediverse/instance-error';
import type { RemoteAccount } from '../fediverse/instance-types';
import type { PlatformType, PlatformView, SwitchResult, SwitchScope, UserPlatformsView } from '../protocol/http';
import { auditActorOf } from '../session/audit-actor';
import { RequestBudgets } from '../session/request-budgets';
import { SessionRepository } from '../session/session.repository';
import { SessionService } from '../session/session.service';
import { toPlatformView } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { accountKeyOf, namedKeyOf, remoteKeyOf } from './account-key';
import { normaliseInstanceUrl } from './instance-url';
import { Instances } from './instances';
import { OAuthRepository } from './oauth/oauth.repository';
import type { ConnectPlatformDto, UpdatePlatformDto } from './platform.dto';
import { PlatformRepository } from './platform.repository';
import { PlatformAnnouncer } from './platform-announcer';
import { accessTokenPlace, TokenCipher } from './token-cipher';

export interface SignedInAccount {
  instanceUrl: string;
  platformType: PlatformType;
  /** Null: called after the account. */
  name: string | null;
  token: string;
  account: RemoteAccount;
  /** Of OAuthApp: what the token was given to. */
  appKey: string;
}

type NewConnection = Pick<
  NewPlatformConnection,
  'name' | 'platformType' | 'instanceUrl' | 'username' | 'remoteAccountId' | 'appKey'
>;

/**
 * What makes a new connection this one. Whoever has signed in is there for sure: another account that had their name
 * before them is gone, and its connection stays what it was.
 */
function keyOf(
  { name, instanceUrl, username, remoteAccountId }: NewConnection,
  existing: PlatformConnection[],
): string {
  if (username === null) return namedKeyOf(instanceUrl, name);
  const key = accountKeyOf(instanceUrl, username);
  const isTaken = existing.some(({ accountKey }) => accountKey === key);
  return isTaken && remoteAccountId ? remoteKeyOf(instanceUrl, remoteAccountId) : key;
}

/** A person's connections, and which of them is active where. Every change raises the person's revision. */
@Injectable()
export class PlatformService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: SessionService,
    private readonly sessionRows: SessionRepository,
    private readonly platforms: PlatformRepository,
    private readonly oauth: OAuthRepository,
    private readonly instances: Instances,
    private readonly announcer: PlatformAnnouncer,
    private readonly audit: AuditTrail,
    private readonly cipher: TokenCipher,
    private readonly budgets: RequestBudgets,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async list(caller: SessionContext): Promise<UserPlatformsView> {
    const rows = await this.work.read((em) => this.platforms.list(em, caller.user.id));
    return { platforms: rows.map(toPlatformView), current_platform: caller.platform, revision: caller.revision };
  }

  /** @throws AppError PLATFORM_NOT_FOUND */
  async get(caller: SessionContext, id: number): Promise<PlatformView> {
    const row = await this.work.read((em) => this.platforms.find(em, caller.user.id, id));
    if (!row) throw new AppError('PLATFORM_NOT_FOUND');
    return toPlatformView(row);
  }

  /** The first connection becomes the default, and active wherever none was. @throws AppError PLATFORM_EXISTS; VALIDATION_ERROR past the most */
  async connect(caller: SessionContext, form: ConnectPlatformDto): Promise<PlatformView> {
    const instanceUrl = normaliseInstanceUrl(form.instance_url, this.config.allowPrivateInstances);
    try {
      return await this.sessions.runAuthorized(caller, (tx) =>
        this.insert(tx, caller, form.access_token, {
          name: form.name,
          platformType: form.platform_type,
          instanceUrl,
          username: form.username ?? null,
        }),
      );
    } catch (error) {
      throw isDuplicateKey(error) ? new AppError('PLATFORM_EXISTS') : error;
    }
  }

  /** An account that has just signed in at its instance: a new connection, or a new token for the one there is. */
  connectAccount(caller: SessionContext, signedIn: SignedInAccount): Promise<PlatformView> {
    const userId = caller.user.id;
    const { instanceUrl, platformType, account, token, appKey } = signedIn;
    return this.sessions.runAuthorized(caller, async (tx) => {
      const rows = await this.platforms.list(tx.em, userId);
      const key = accountKeyOf(instanceUrl, account.username);
      // What was typed counts for as long as the instance has not said whose the connection is.
      const isSame = (row: PlatformConnection) =>
        row.remoteAccountId === null ? row.accountKey === key : row.remoteAccountId === account.id;
      const known = rows.find((row) => row.instanceUrl === instanceUrl && isSame(row));
      if (!known) {
        const name = signedIn.name ?? `@${account.username}@${new URL(instanceUrl).host}`.slice(0, 100);
        const { username, id: remoteAccountId } = account;
        return this.insert(tx, caller, token, { name, platformType, instanceUrl, username, remoteAccountId, appKey });
      }
      await this.platforms.update(tx.em, known.id, { ...this.renewed(known, token), appKey });
      const platforms = await this.announcer.announce(tx, userId);
      return platforms.find((platform) => platform.id === known.id)!;
    });
  }

  private async insert(
    tx: Transaction,
    caller: SessionContext,
    token: string,
    connection: NewConnection,
  ): Promise<PlatformView> {
    const userId = caller.user.id;
    const now = this.clock.now();
    const existing = await this.platforms.list(tx.em, userId);
    requireRoom(existing.length);
    const row = await this.platforms.insert(tx.em, {
      ...connection,
      userId,
      accountKey: keyOf(connection, existing),
      accessToken: '',
      isDefault: !existing.some((platform) => platform.isDefault),
      isActive: true,
      createdAt: now,
      nextCheckAt: now,
    });
    // Sealed for this very row, which has its id only now.
    await this.platforms.update(tx.em, row.id, { accessToken: this.cipher.seal(token, accessTokenPlace(row)) });
    if (row.isDefault) await this.platforms.moveSessions(tx.em, userId, row.id, null);
    await this.audit.record(tx, { type: 'platform_added', ...auditActorOf(caller), platform: row });
    await this.announcer.announce(tx, userId);
    return toPlatformView(row);
  }

  /** A new name, a new token, or both. @throws AppError PLATFORM_NOT_FOUND; RATE_LIMITED for many new tokens */
  async update(caller: SessionContext, id: number, form: UpdatePlatformDto): Promise<PlatformView> {
    if (form.name === undefined && form.access_token === undefined) {
      throw invalidField('name', 'name or access_token is needed');
    }
    // The instance is asked about each new token.
    if (form.access_token !== undefined) {
      await this.budgets.takeInstanceCall(caller.user.id, caller.session.ipAddress);
    }
    return this.changeOne(caller, id, async (tx, row) => {
      await this.platforms.update(tx.em, id, {
        ...(form.name !== undefined && { name: form.name }),
        ...(form.access_token !== undefined && this.renewed(row, form.access_token)),
      });
    });
  }

  /** @throws AppError PLATFORM_NOT_FOUND */
  makeDefault(caller: SessionContext, id: number): Promise<PlatformView> {
    return this.changeOne(caller, id, (tx) => this.platforms.setDefault(tx.em, caller.user.id, id));
  }

  /** Removing the default promotes the oldest other; sessions on the removed one move to the default, or to none. */
  async remove(caller: SessionContext, id: number): Promise<void> {
    const userId = caller.user.id;
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

  /** The token is of no more use to anybody; where the instance does not take it back, the connection is gone all the same. */
  private async revoke(target: PlatformConnection, app: OAuthApp | null): Promise<void> {
    try {
      const place = { column: 'oauth_apps.client_secret', id: app?.appKey ?? '' } as const;
      const secret = app && this.instances.open(app.clientSecret, place);
      const known = app && secret ? { client_id: app.clientId, client_secret: secret } : null;
      await this.instances.unconfirmed(target).revokeToken(known);
    } catch (error) {
      if (!(error instanceof InstanceError)) throw error;
    }
  }

  /**
   * With `all` every session of the caller goes there but the pinned ones, and the calling one is pinned no longer; with
   * `session` the calling one goes there alone and is pinned.
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

  /** Frees a pinned session: it goes where the caller's others are. Does nothing to one that is not pinned. */
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

  /** @param before with the revision of the switch, and the platform from before it */
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

  /** What a new token changes: the instance is asked about it soon, and nothing is sent before it has answered. */
  private renewed(row: PlatformConnection, token: string): Partial<PlatformConnection> {
    const accessToken = this.cipher.seal(token, accessTokenPlace(row));
    return {
      accessToken,
      appKey: null,
      needsReconnect: false,
      metAt: null,
      nextCheckAt: this.clock.now(),
      checkFailures: 0,
    };
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

/** @throws AppError VALIDATION_ERROR */
function requireRoom(count: number): void {
  const limit = STORED_BUDGETS.connectionsPerPerson;
  if (count < limit) return;
  const message = `${limit} accounts are the most; remove one first`;
  throw new AppError('VALIDATION_ERROR', { details: [{ field: 'instance_url', message, limit, count: count + 1 }] });
}
