import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { STORED_BUDGETS } from '../cluster/budgets';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { Transaction } from '../database/unit-of-work';
import type { RemoteAccount } from '../fediverse/instance-types';
import type { PlatformType, PlatformView } from '../protocol/http';
import { auditActorOf } from '../session/audit-actor';
import { toPlatformView } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { SessionLifecycleService } from '../session/session-lifecycle.service';
import { AccountFinder, type FoundAccount } from './account-finder';
import { accountKeyOf, remoteKeyOf } from './account-key';
import { connectionFieldsFrom } from './connection-fields';
import { ConnectionHooks } from './connection-hooks';
import type { ConnectPlatformDto } from './platform.dto';
import { PlatformRepository } from './platform.repository';
import { PlatformAnnouncer } from './platform-announcer';
import { accessTokenPlace, TokenCipher } from './token-cipher';

/** An account confirmed by its instance, with the properties of its new connection. */
export interface NewAccount extends FoundAccount {
  token: string;
  /** Null: named after the account. */
  name: string | null;
  /** Used if the instance does not report its software. */
  platformType: PlatformType;
  /** Key of the OAuthApp that the token was issued to; null for a pasted token. */
  appKey: string | null;
}

/** Creates connections and replaces their tokens, after the instance has confirmed the owner of the token. */
@Injectable()
export class PlatformConnector {
  constructor(
    private readonly sessions: SessionLifecycleService,
    private readonly platforms: PlatformRepository,
    private readonly finder: AccountFinder,
    private readonly hooks: ConnectionHooks,
    private readonly announcer: PlatformAnnouncer,
    private readonly audit: AuditTrail,
    private readonly cipher: TokenCipher,
    private readonly clock: Clock,
  ) {}

  /** Connects with a pasted token. @throws AppError PLATFORM_EXISTS, VALIDATION_ERROR, and as AccountFinder */
  async connect(caller: SessionContext, form: ConnectPlatformDto): Promise<PlatformView> {
    const { access_token: token, name = null, platform_type: platformType = 'mastodon' } = form;
    const found = await this.finder.find(form.instance_url, token, form.username);
    return this.sessions.runAuthorized(caller, async (tx) => {
      const rows = await this.platforms.list(tx.em, caller.user.id);
      if (rows.some((row) => isOf(row, found))) throw new AppError('PLATFORM_EXISTS');
      return this.insert(tx, caller, rows, { ...found, token, name, platformType, appKey: null });
    });
  }

  /** Connects an account after its sign-in: creates a connection, or replaces the token of the existing one. */
  connectAccount(caller: SessionContext, signedIn: NewAccount): Promise<PlatformView> {
    return this.sessions.runAuthorized(caller, async (tx) => {
      const rows = await this.platforms.list(tx.em, caller.user.id);
      const known = rows.find((row) => isOf(row, signedIn));
      if (!known) return this.insert(tx, caller, rows, signedIn);
      await this.replaceToken(tx, known, signedIn, signedIn.token, signedIn.appKey);
      const platforms = await this.announcer.announce(tx, caller.user.id);
      return platforms.find(({ id }) => id === known.id)!;
    });
  }

  /**
   * Verifies a token that was pasted for a connection.
   * @returns a function that stores it, within the caller's transaction
   * @throws AppError as AccountFinder
   */
  async verifyToken({ instanceUrl }: PlatformConnection, token: string) {
    const found = await this.finder.find(instanceUrl, token);
    return (tx: Transaction, current: PlatformConnection) => this.replaceToken(tx, current, found, token, null);
  }

  private async insert(
    tx: Transaction,
    caller: SessionContext,
    existing: PlatformConnection[],
    added: NewAccount,
  ): Promise<PlatformView> {
    const { instanceUrl, account, token, appKey } = added;
    const userId = caller.user.id;
    requireRoom(existing.length);
    const now = this.clock.now();
    const username = account.username || null;
    const row = await this.platforms.insert(tx.em, {
      platformType: added.platformType,
      ...connectionFieldsFrom(added, now),
      name: added.name ?? nameOf(account, instanceUrl),
      instanceUrl,
      username,
      appKey,
      userId,
      accountKey: newKeyOf(instanceUrl, account, existing),
      accessToken: '',
      isDefault: !existing.some((platform) => platform.isDefault),
      isActive: true,
      createdAt: now,
      confirmedAt: now,
    });
    // The ciphertext is bound to the row's id, which exists only after the insert.
    await this.platforms.update(tx.em, row.id, { accessToken: this.cipher.seal(token, accessTokenPlace(row)) });
    if (row.isDefault) await this.platforms.moveSessions(tx.em, userId, row.id, null);
    await this.hooks.run('refreshed', tx, row);
    await this.audit.record(tx, { type: 'platform_added', ...auditActorOf(caller), platform: row });
    await this.announcer.announce(tx, userId);
    return toPlatformView(row);
  }

  /** @throws AppError PLATFORM_REJECTED for another account's token: posts would be published by that account */
  private async replaceToken(
    tx: Transaction,
    row: PlatformConnection,
    found: FoundAccount,
    token: string,
    appKey: string | null,
  ): Promise<void> {
    const { account } = found;
    if (row.remoteAccountId !== null && row.remoteAccountId !== account.id) {
      const message = `The token is @${account.username}'s; this connection is @${row.username}'s`;
      throw new AppError('PLATFORM_REJECTED', { message, details: [{ field: 'access_token', message }] });
    }
    const now = this.clock.now();
    const accessToken = this.cipher.seal(token, accessTokenPlace(row));
    const username = account.username || row.username;
    await this.platforms.update(tx.em, row.id, {
      ...connectionFieldsFrom(found, now),
      username,
      accessToken,
      appKey,
      confirmedAt: now,
    });
    await this.hooks.run('confirmed', tx, row);
    await this.hooks.run('refreshed', tx, row);
  }
}

/** Compares by remote id or, before the instance has confirmed the account, by the name that was typed. */
function isOf(row: PlatformConnection, { instanceUrl, account }: FoundAccount): boolean {
  if (row.instanceUrl !== instanceUrl) return false;
  if (row.remoteAccountId !== null) return row.remoteAccountId === account.id;
  return row.accountKey === accountKeyOf(instanceUrl, account.username);
}

const nameOf = ({ username, id }: RemoteAccount, instanceUrl: string): string =>
  `@${username || id}@${new URL(instanceUrl).host}`.slice(0, 100);

/** By name; by remote id if a connection of an earlier account with this name has that key. */
function newKeyOf(instanceUrl: string, { id, username }: RemoteAccount, existing: PlatformConnection[]): string {
  const key = accountKeyOf(instanceUrl, username);
  const isFree = username !== '' && !existing.some(({ accountKey }) => accountKey === key);
  return isFree ? key : remoteKeyOf(instanceUrl, id);
}

/** @throws AppError VALIDATION_ERROR */
function requireRoom(count: number): void {
  const limit = STORED_BUDGETS.connectionsPerPerson;
  if (count < limit) return;
  const message = `At most ${limit} accounts are allowed; remove one first`;
  throw new AppError('VALIDATION_ERROR', { details: [{ field: 'instance_url', message, limit, count: count + 1 }] });
}
