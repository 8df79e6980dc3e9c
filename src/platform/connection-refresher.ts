import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AppError } from '../common/app-error';
import { BackgroundLoop } from '../common/background-loop';
import { Clock } from '../common/clock';
import { DomainEvents } from '../common/domain-events';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import { type ProbedAccount, probeAccount } from '../fediverse/account-probe';
import { InstanceError, isAboutPermission, toPlatformError } from '../fediverse/instance-error';
import type { RemoteAccount } from '../fediverse/instance-types';
import type { PlatformTestView, PlatformView } from '../protocol/http';
import { SessionRepository } from '../session/session.repository';
import { toPlatformView } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { accountKeyOf } from './account-key';
import { ConnectionHooks } from './connection-hooks';
import { instancesAtConcurrencyLimit } from './instance-concurrency';
import { Instances } from './instances';
import { learnedFrom } from './learned';
import { PlatformRepository } from './platform.repository';
import { PlatformAnnouncer } from './platform-announcer';

/** ms. */
const LOOK_EVERY_MS = 5000;
const FIRST_PAUSE_MS = 10_000;
const MAX_PAUSE_MS = 15 * 60_000;
/** How long a node that is told to stop waits for answers; ms. */
const STOP_TIMEOUT_MS = 3000;
/** Connections that are asked about at a time. */
const MAX_CONCURRENT_REFRESHES = 8;

/** When to ask again an instance that did not answer `failures` times in a row. */
export function checkPause(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS);
}

/** Keeps what we know of an account and its instance true: on connecting, once a day, and on demand. */
@Injectable()
export class ConnectionRefresher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new BackgroundLoop('Connections', LOOK_EVERY_MS, () => this.look());
  private readonly asking = new Map<number, { instanceUrl: string; done: Promise<void> }>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly platforms: PlatformRepository,
    private readonly sessions: SessionRepository,
    private readonly instances: Instances,
    private readonly hooks: ConnectionHooks,
    private readonly announcer: PlatformAnnouncer,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.events.on('platforms.changed', () => this.loop.wake());
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    await Promise.race([
      Promise.allSettled([...this.asking.values()].map(({ done }) => done)),
      new Promise((resolve) => setTimeout(resolve, STOP_TIMEOUT_MS).unref()),
    ]);
  }

  /**
   * Asks the instance whether the token still works, and learns what there is to learn.
   * @throws AppError PLATFORM_NOT_FOUND, PLATFORM_REJECTED (the token does not work) or PLATFORM_UNREACHABLE
   */
  async test(caller: SessionContext, id: number): Promise<PlatformTestView> {
    const row = await this.work.read((em) => this.platforms.find(em, caller.user.id, id));
    if (!row) throw new AppError('PLATFORM_NOT_FOUND');
    try {
      const { account, platform } = await this.learn(row);
      const { username, displayName: display_name, url, avatarUrl: avatar_url } = account;
      return { ok: true, account: { username, display_name, url, avatar_url }, platform };
    } catch (error) {
      throw toPlatformError(error);
    }
  }

  /** @throws InstanceError, as `noting` */
  learn(row: PlatformConnection): Promise<{ account: RemoteAccount; platform: PlatformView }> {
    return this.noting(row, async () => {
      const probed = await probeAccount(this.instances.unconfirmed(row));
      return { account: probed.account, platform: await this.remember(row, probed) };
    });
  }

  /**
   * Runs what asks the instance with the token of this connection.
   * @throws what `ask` throws; where nothing but another token helps, that has been noted
   */
  async noting<T>(row: PlatformConnection, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof InstanceError && error.rejectsToken) await this.markRejected(row, error.message);
      throw error;
    }
  }

  /** The token of this connection does not work: nothing more is sent there until there is another. */
  async markRejected(row: PlatformConnection, reason: string): Promise<void> {
    await this.change(row, async (tx, current) => {
      if (current.needsReconnect) return false;
      const change = { needsReconnect: true, reconnectReason: reason.slice(0, 255), nextCheckAt: null };
      await this.platforms.update(tx.em, row.id, change);
      await this.hooks.run('rejected', tx, current);
      return true;
    });
  }

  private async remember(row: PlatformConnection, probed: ProbedAccount) {
    const { account } = probed;
    const now = this.clock.now();
    let platform = toPlatformView(row);
    await this.change(row, async (tx, current) => {
      requirePermission(current);
      requireSameAccount(current, account);
      const others = (await this.platforms.list(tx.em, row.userId)).filter(({ id }) => id !== row.id);
      requireOnlyOne(current, account, others);
      const learned: Partial<PlatformConnection> = {
        username: account.username || current.username,
        accountKey: freeKey(current, account, others),
        ...learnedFrom(probed, now),
        metAt: current.metAt ?? now,
      };
      await this.platforms.update(tx.em, row.id, learned);
      if (!current.metAt) await this.hooks.run('confirmed', tx, current);
      const before = JSON.stringify(toPlatformView(current));
      platform = toPlatformView({ ...current, ...learned });
      return before !== JSON.stringify(platform) || current.metAt === null;
    });
    return platform;
  }

  /**
   * A change to a connection by nobody's request. What was found out with one token says nothing of another.
   * @param change returns whether the person's tabs must be told
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

  /** Takes up to MAX_CONCURRENT_REFRESHES connections that are due; a claim is the next date already set, as for a failure. */
  private async look(): Promise<void> {
    /** Those that another node has taken since they were read: left alone until the next look. */
    const taken: number[] = [];
    while (this.asking.size < MAX_CONCURRENT_REFRESHES) {
      const now = this.clock.now();
      const [busy, full] = [[...this.asking.keys(), ...taken], instancesAtConcurrencyLimit(this.asking.values())];
      const row = await this.work.read((em) => this.platforms.findDue(em, now, busy, full));
      if (!row) return;
      const next = new Date(now.getTime() + checkPause(row.checkFailures + 1));
      if (!(await this.work.write((tx) => this.platforms.claimCheck(tx.em, row, next)))) {
        taken.push(row.id);
        continue;
      }
      const done = this.learn(row)
        .then(() => this.work.write((tx) => this.hooks.run('refreshed', tx, row)))
        .then(ignore, ignore)
        .finally(() => {
          this.asking.delete(row.id);
          this.loop.wake();
        });
      this.asking.set(row.id, { instanceUrl: row.instanceUrl, done });
    }
  }
}

/** What one token was given without it never gets, whatever else of it works. */
function requirePermission({ needsReconnect, reconnectReason }: PlatformConnection): void {
  if (needsReconnect && isAboutPermission(reconnectReason)) throw new InstanceError('forbidden', reconnectReason!);
}

/** An account does not turn into another: what was written for the one would go out as the other. */
function requireSameAccount({ remoteAccountId, username }: PlatformConnection, account: RemoteAccount): void {
  if (remoteAccountId === null || remoteAccountId === account.id) return;
  throw new InstanceError('unauthorized', `The token is @${account.username}'s; this connection is @${username}'s`);
}

/**
 * One account, one connection: with two, what is read and written would be there twice. The one that came later is in
 * the wrong; one that does not work is in nobody's way.
 */
function requireOnlyOne(
  { instanceUrl }: PlatformConnection,
  account: RemoteAccount,
  others: PlatformConnection[],
): void {
  const isTwin = (other: PlatformConnection) =>
    other.instanceUrl === instanceUrl && other.remoteAccountId === account.id && !other.needsReconnect;
  const twin = others.find(isTwin);
  if (twin) throw new InstanceError('unauthorized', `This account is connected already, as ${twin.name}`);
}

/** The account's own key, now that it is known; the old one while another connection claims to be this account. */
function freeKey(
  { instanceUrl, accountKey }: PlatformConnection,
  account: RemoteAccount,
  others: PlatformConnection[],
) {
  const key = accountKeyOf(instanceUrl, account.username);
  return account.username === '' || others.some((other) => other.accountKey === key) ? accountKey : key;
}

/** What went wrong is tried again in time; the claim has set when. */
function ignore(): void {}
