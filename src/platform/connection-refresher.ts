import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError } from '../common/app-error';
import { BackgroundLoop } from '../common/background-loop';
import { Clock } from '../common/clock';
import { DomainEvents } from '../common/domain-events';
import { Lifecycle } from '../common/lifecycle';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import { type ProbedAccount, probeAccount } from '../fediverse/instance-description';
import { InstanceError, isAboutPermission, toPlatformError } from '../fediverse/instance-error';
import type { RemoteAccount } from '../fediverse/instance-types';
import type { PlatformTestView, PlatformView } from '../protocol/http';
import { SessionRepository } from '../session/session.repository';
import { toPlatformView } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { accountKeyOf } from './account-key';
import { connectionFieldsFrom } from './connection-fields';
import { ConnectionHooks } from './connection-hooks';
import { atConcurrencyLimit } from './instance-concurrency';
import { Instances } from './instances';
import { PlatformRepository } from './platform.repository';
import { PlatformAnnouncer } from './platform-announcer';

const POLL_INTERVAL_MS = 5000;
const BASE_DELAY_MS = 10_000;
const MAX_DELAY_MS = 15 * 60_000;
const MAX_CONCURRENT_REFRESHES = 8;
const MAX_REFRESHES_PER_USER = 4;

/** Delay of the next check after `failures` consecutive failures; ms. */
export function checkPause(failures: number): number {
  return Math.min(BASE_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
}

/** Updates the stored data of an account and its instance: once a day and on demand. */
@Injectable()
export class ConnectionRefresher implements OnApplicationBootstrap {
  /** Running tasks are keyed by the connection's id. */
  private readonly loop = new BackgroundLoop('Connections', POLL_INTERVAL_MS, () => this.startDue());

  constructor(
    private readonly work: UnitOfWork,
    private readonly platforms: PlatformRepository,
    private readonly sessions: SessionRepository,
    private readonly instances: Instances,
    private readonly hooks: ConnectionHooks,
    private readonly announcer: PlatformAnnouncer,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {}

  onApplicationBootstrap(): void {
    this.events.on('platforms.changed', () => this.loop.wake());
    this.loop.start();
    this.lifecycle.stopAtShutdown(this.loop);
  }

  /**
   * Checks at the instance whether the token is valid, and updates the connection.
   * @throws AppError PLATFORM_NOT_FOUND, PLATFORM_REJECTED (the token is not valid) or PLATFORM_UNREACHABLE
   */
  async test(caller: SessionContext, id: number): Promise<PlatformTestView> {
    const row = await this.work.read((em) => this.platforms.find(em, caller.user.id, id));
    if (!row) throw new AppError('PLATFORM_NOT_FOUND');
    try {
      const { account, platform } = await this.refresh(row);
      const { username, displayName: display_name, url, avatarUrl: avatar_url } = account;
      return { ok: true, account: { username, display_name, url, avatar_url }, platform };
    } catch (error) {
      throw toPlatformError(error);
    }
  }

  /** Fetches and stores the data of the account and its instance. @throws InstanceError, as `trackRejection` */
  refresh(row: PlatformConnection): Promise<{ account: RemoteAccount; platform: PlatformView }> {
    return this.trackRejection(row, async () => {
      const probed = await probeAccount(this.instances.unconfirmed(row));
      return { account: probed.account, platform: await this.store(row, probed) };
    });
  }

  /**
   * Runs a request with the token of this connection, and marks the connection if the instance rejects the token.
   * @throws what `ask` throws
   */
  async trackRejection<T>(row: PlatformConnection, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof InstanceError && error.rejectsToken) await this.markRejected(row, error.message);
      throw error;
    }
  }

  /** Marks the token as rejected: it is not used again until it is replaced or a check succeeds. */
  async markRejected(row: PlatformConnection, reason: string): Promise<void> {
    await this.change(row, async (tx, current) => {
      if (current.needsReconnect) return false;
      const change = { needsReconnect: true, reconnectReason: reason.slice(0, 255), nextCheckAt: null };
      await this.platforms.update(tx.em, row.id, change);
      await this.hooks.run('rejected', tx, current);
      return true;
    });
  }

  private async store(row: PlatformConnection, probed: ProbedAccount) {
    const { account } = probed;
    const now = this.clock.now();
    let platform = toPlatformView(row);
    await this.change(row, async (tx, current) => {
      requirePermission(current);
      requireSameAccount(current, account);
      const others = (await this.platforms.list(tx.em, row.userId)).filter(({ id }) => id !== row.id);
      requireOnlyOne(current, account, others);
      const change: Partial<PlatformConnection> = {
        username: account.username || current.username,
        accountKey: accountKeyFor(current, account, others),
        ...connectionFieldsFrom(probed, now),
        confirmedAt: current.confirmedAt ?? now,
      };
      await this.platforms.update(tx.em, row.id, change);
      if (!current.confirmedAt) await this.hooks.run('confirmed', tx, current);
      const before = JSON.stringify(toPlatformView(current));
      platform = toPlatformView({ ...current, ...change });
      return before !== JSON.stringify(platform) || current.confirmedAt === null;
    });
    return platform;
  }

  /**
   * Applies a result unless the connection is gone or has another token now.
   * @param change returns whether the user's tabs must be notified
   */
  private async change(
    row: PlatformConnection,
    change: (tx: Transaction, current: PlatformConnection) => Promise<boolean>,
  ): Promise<void> {
    await this.work.write(async (tx) => {
      await this.sessions.lockUser(tx.em, row.userId);
      const current = await this.platforms.find(tx.em, row.userId, row.id);
      if (!current || !this.instances.haveSameToken(row, current)) return;
      if (await change(tx, current)) await this.announcer.announce(tx, row.userId);
    });
  }

  /** Starts refreshes of due connections; a claim sets the next check as after a failure. */
  private async startDue(): Promise<void> {
    /** Connections that another node has claimed since they were read: skipped until the next poll. */
    const taken: number[] = [];
    while (!this.loop.isStopped && this.loop.running.size < MAX_CONCURRENT_REFRESHES) {
      const now = this.clock.now();
      const [busy, full] = [
        [...this.loop.running.keys(), ...taken],
        atConcurrencyLimit(this.loop.running.values(), MAX_REFRESHES_PER_USER),
      ];
      const row = await this.work.read((em) => this.platforms.findDue(em, now, busy, full));
      if (!row) return;
      const next = new Date(now.getTime() + checkPause(row.checkFailures + 1));
      if (!(await this.work.write((tx) => this.platforms.claimCheck(tx.em, row, next)))) {
        taken.push(row.id);
        continue;
      }
      const done = this.refresh(row)
        .then(() => this.work.write((tx) => this.hooks.run('refreshed', tx, row)))
        .then(ignore, ignore)
        .finally(() => {
          this.loop.running.delete(row.id);
          this.loop.wake();
        });
      this.loop.running.set(row.id, { instanceUrl: row.instanceUrl, userId: row.userId, done });
    }
  }
}

/** A token never gains a missing permission, even if the check itself succeeds. */
function requirePermission({ needsReconnect, reconnectReason }: PlatformConnection): void {
  if (needsReconnect && isAboutPermission(reconnectReason)) throw new InstanceError('forbidden', reconnectReason!);
}

/** Refuses another account's token: posts written for one account would be published by another. */
function requireSameAccount({ remoteAccountId, username }: PlatformConnection, account: RemoteAccount): void {
  if (remoteAccountId === null || remoteAccountId === account.id) return;
  throw new InstanceError('unauthorized', `The token is @${account.username}'s; this connection is @${username}'s`);
}

/**
 * Refuses a second connection of an account, which would import its posts twice. Connections that need a reconnect do
 * not count.
 */
function requireOnlyOne(
  { instanceUrl }: PlatformConnection,
  account: RemoteAccount,
  others: PlatformConnection[],
): void {
  const isDuplicate = (other: PlatformConnection) =>
    other.instanceUrl === instanceUrl && other.remoteAccountId === account.id && !other.needsReconnect;
  const duplicate = others.find(isDuplicate);
  if (duplicate) throw new InstanceError('unauthorized', `This account is connected already, as ${duplicate.name}`);
}

/** The key of the confirmed account; the old key if another connection has that key. */
function accountKeyFor(
  { instanceUrl, accountKey }: PlatformConnection,
  account: RemoteAccount,
  others: PlatformConnection[],
) {
  const key = accountKeyOf(instanceUrl, account.username);
  return account.username === '' || others.some((other) => other.accountKey === key) ? accountKey : key;
}

/** No error handling needed: the claim has scheduled the next check. */
function ignore(): void {}
