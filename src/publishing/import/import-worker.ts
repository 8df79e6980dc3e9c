import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop } from '../../common/background-loop';
import { Clock } from '../../common/clock';
import { Lifecycle } from '../../common/lifecycle';
import { isDuplicateKey } from '../../database/database-errors';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { StatusImport } from '../../database/entities/status-import.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import { InstanceError } from '../../fediverse/instance-error';
import { ConnectionHooks } from '../../platform/connection-hooks';
import { ConnectionRefresher } from '../../platform/connection-refresher';
import { atConcurrencyLimit } from '../../platform/instance-concurrency';
import { ImportRepository } from './import.repository';
import { ClaimLostError, ImportMemory, importedEvent, StatusImporter } from './status-importer';

/** Polling interval for imports that other nodes started. */
const POLL_INTERVAL_MS = 1000;
/** A claim expires this long after its last renewal, which frees the runs of a killed worker. */
const LEASE_MS = 30_000;
const LEASE_RENEWAL_INTERVAL_MS = 5000;
/** Accounts a node imports concurrently. */
const MAX_CONCURRENT_IMPORTS = 4;
const MAX_IMPORTS_PER_USER = 2;
const MAX_FAILURES = 8;
const BASE_DELAY_MS = 2000;

/** Imports accounts in the background, page by page. Their table is the queue: any node claims and continues due runs. */
@Injectable()
export class ImportWorker implements OnApplicationBootstrap {
  private readonly logger = new Logger('Import');
  /** Running tasks are keyed by the platform's id. */
  private readonly loop = new BackgroundLoop('Import', POLL_INTERVAL_MS, () => this.startDue(), {
    intervalMs: LEASE_RENEWAL_INTERVAL_MS,
    renew: () => this.renew(),
  });
  /** Claims to renew, by platform id. */
  private readonly claims = new Map<number, StatusImport>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly imports: ImportRepository,
    private readonly importer: StatusImporter,
    private readonly connections: ConnectionRefresher,
    private readonly hooks: ConnectionHooks,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {}

  onApplicationBootstrap(): void {
    this.hooks.on('refreshed', (tx, { id }) => this.imports.begin(tx.em, id, 'newer', this.clock.now()));
    this.loop.start();
    this.lifecycle.stopAtShutdown(this.loop);
  }

  wake(): void {
    this.loop.wake();
  }

  private async startDue(): Promise<void> {
    while (!this.loop.isStopped && this.loop.running.size < MAX_CONCURRENT_IMPORTS) {
      const [busy, full] = [
        [...this.loop.running.keys()],
        atConcurrencyLimit(this.loop.running.values(), MAX_IMPORTS_PER_USER),
      ];
      const run = await this.work.read((em) => this.imports.findDue(em, this.clock.now(), busy, full));
      if (!run) return;
      if (!(await this.work.write((tx) => this.imports.claim(tx.em, run, this.lease())))) continue;
      const { platformConnectionId: id, platform } = run;
      const claimed = { ...run, attempts: run.attempts + 1 };
      this.claims.set(id, claimed);
      const done = this.run(platform!, claimed).finally(() => {
        this.claims.delete(id);
        this.loop.running.delete(id);
        this.loop.wake();
      });
      this.loop.running.set(id, { instanceUrl: platform!.instanceUrl, userId: platform!.userId, done });
    }
  }

  private async run(platform: PlatformConnection, claimed: StatusImport): Promise<void> {
    const memory = new ImportMemory();
    let run = claimed;
    try {
      run = await this.withBottom(claimed);
      while (run.nextAttemptAt && !this.loop.isStopped) run = await this.page(platform, run, memory);
      this.claims.delete(platform.id);
      // Stopping: another node may continue at once.
      if (run.nextAttemptAt)
        await this.work.write((tx) => this.imports.update(tx.em, run, { nextAttemptAt: this.clock.now() }));
    } catch (error) {
      await this.fail(platform, run, error).catch((reason: Error) => this.logger.warn(reason.message));
    }
  }

  private async page(platform: PlatformConnection, run: StatusImport, memory: ImportMemory) {
    const read = () => this.importer.readPage(platform, run, memory, this.lease());
    try {
      return await read();
    } catch (error) {
      // A post on the page was published from here since the page began: the second try finds its row.
      if (!isDuplicateKey(error)) throw error;
      for (const id of [...memory.seen]) memory.seen.delete(id);
      return read();
    }
  }

  /** Accounts imported by versions that did not store the progress: their oldest imported post is the bottom. */
  private async withBottom(run: StatusImport): Promise<StatusImport> {
    if (run.bottomId !== null || run.hasReachedOldest) return run;
    const oldest = await this.work.read((em) => this.imports.oldestImported(em, run.platformConnectionId));
    return oldest ? { ...run, bottomId: oldest.remoteId, bottomAt: oldest.createdAt } : run;
  }

  private async fail(platform: PlatformConnection, run: StatusImport, error: unknown): Promise<void> {
    this.claims.delete(platform.id);
    if (error instanceof ClaimLostError) return;
    const failures = run.failures + 1;
    const known = error instanceof InstanceError ? error : null;
    if (!known) this.logger.warn(`Platform ${platform.id}: ${(error as Error).message}`);
    if (known?.rejectsToken) await this.connections.markRejected(platform, known.message);
    const isFinal =
      known?.rejectsToken || known?.isRefusal || known?.fault === 'unreadable' || failures >= MAX_FAILURES;
    const pause = known?.details.retryAfter ?? BASE_DELAY_MS * 2 ** failures;
    const change: Partial<StatusImport> = {
      error: (known?.message ?? 'Something went wrong here').slice(0, 500),
      failures: known?.fault === 'limited' ? run.failures : failures,
      nextAttemptAt: isFinal ? null : new Date(this.clock.now().getTime() + pause),
      ...(isFinal && run.direction === 'newer' && { mayHaveGaps: true }),
    };
    await this.work.write(async (tx) => {
      if (!(await this.imports.update(tx.em, run, change))) return;
      tx.publish(importedEvent(platform, { ...run, ...change }, false, this.clock.now()));
    });
  }

  private renew(): void {
    if (this.claims.size === 0) return;
    this.work.write((tx) => this.imports.renew(tx.em, [...this.claims.values()], this.lease())).catch(() => undefined);
  }

  private lease(): Date {
    return new Date(this.clock.now().getTime() + LEASE_MS);
  }
}
