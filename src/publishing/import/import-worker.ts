import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BackgroundLoop } from '../../common/background-loop';
import { Clock } from '../../common/clock';
import { isDuplicateKey } from '../../database/database-errors';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { StatusImport } from '../../database/entities/status-import.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import { InstanceError } from '../../fediverse/instance-error';
import { ConnectionHooks } from '../../platform/connection-hooks';
import { ConnectionRefresher } from '../../platform/connection-refresher';
import { instancesAtConcurrencyLimit } from '../../platform/instance-concurrency';
import { ImportRepository } from './import.repository';
import { ImportMemory, importedEvent, RunLost, StatusImporter } from './status-importer';

/** How often a node looks for readings that nobody told it of; ms. */
const LOOK_EVERY_MS = 1000;
/** A run is its worker's for so long after its last page; longer than a page with all its questions may take. */
const LEASE_MS = 60_000;
/** Accounts that a node reads at a time. */
const LANES = 4;
const MAX_FAILURES = 8;
const FIRST_PAUSE_MS = 2000;
/** How long a node that is told to stop waits for a page; ms. */
const STOP_TIMEOUT_MS = 3000;

/** Reads accounts in the background, page by page. The rows are the queue: any node takes what is due, and goes on. */
@Injectable()
export class ImportWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Import');
  private readonly loop = new BackgroundLoop('Import', LOOK_EVERY_MS, () => this.look());
  /** By platform. */
  private readonly lanes = new Map<number, { instanceUrl: string; done: Promise<void> }>();
  private isStopping = false;

  constructor(
    private readonly work: UnitOfWork,
    private readonly imports: ImportRepository,
    private readonly importer: StatusImporter,
    private readonly connections: ConnectionRefresher,
    private readonly hooks: ConnectionHooks,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.hooks.on('refreshed', (tx, { id }) => this.imports.begin(tx.em, id, 'newer', this.clock.now()));
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    await this.loop.stop();
    await Promise.race([
      Promise.allSettled([...this.lanes.values()].map(({ done }) => done)),
      new Promise((resolve) => setTimeout(resolve, STOP_TIMEOUT_MS).unref()),
    ]);
  }

  wake(): void {
    this.loop.wake();
  }

  private async look(): Promise<void> {
    while (this.lanes.size < LANES) {
      const [busy, full] = [[...this.lanes.keys()], instancesAtConcurrencyLimit(this.lanes.values())];
      const run = await this.work.read((em) => this.imports.findDue(em, this.clock.now(), busy, full));
      if (!run) return;
      if (!(await this.work.write((tx) => this.imports.claim(tx.em, run, this.lease())))) continue;
      const { platformConnectionId: id, attempts, platform } = run;
      const done = this.run(platform!, { ...run, attempts: attempts + 1 }).finally(() => {
        this.lanes.delete(id);
        this.loop.wake();
      });
      this.lanes.set(id, { instanceUrl: platform!.instanceUrl, done });
    }
  }

  private async run(platform: PlatformConnection, claimed: StatusImport): Promise<void> {
    const memory = new ImportMemory();
    let run = claimed;
    try {
      run = await this.withBottom(claimed);
      while (run.nextAttemptAt && !this.isStopping) run = await this.page(platform, run, memory);
      // Another node goes on at once.
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
      // A post that was just published is one of them: now it is there to be seen.
      if (!isDuplicateKey(error)) throw error;
      for (const id of [...memory.seen]) memory.seen.delete(id);
      return read();
    }
  }

  /** Accounts that were read before readings were written down have been read to their oldest post here. */
  private async withBottom(run: StatusImport): Promise<StatusImport> {
    if (run.bottomId !== null || run.isWhole) return run;
    const oldest = await this.work.read((em) => this.imports.oldestRead(em, run.platformConnectionId));
    return oldest ? { ...run, bottomId: oldest.remoteId, bottomAt: oldest.createdAt } : run;
  }

  private async fail(platform: PlatformConnection, run: StatusImport, error: unknown): Promise<void> {
    if (error instanceof RunLost) return;
    const failures = run.failures + 1;
    const known = error instanceof InstanceError ? error : null;
    if (!known) this.logger.warn(`Platform ${platform.id}: ${(error as Error).message}`);
    if (known?.rejectsToken) await this.connections.markRejected(platform, known.message);
    const isFinal =
      known?.rejectsToken || known?.isRefusal || known?.fault === 'unreadable' || failures >= MAX_FAILURES;
    const pause = known?.details.retryAfter ?? FIRST_PAUSE_MS * 2 ** failures;
    const change: Partial<StatusImport> = {
      error: (known?.message ?? 'Something went wrong here').slice(0, 500),
      failures: known?.fault === 'limited' ? run.failures : failures,
      nextAttemptAt: isFinal ? null : new Date(this.clock.now().getTime() + pause),
    };
    await this.work.write(async (tx) => {
      if (!(await this.imports.update(tx.em, run, change))) return;
      tx.publish(importedEvent(platform, { ...run, ...change }, false, this.clock.now()));
    });
  }

  private lease(): Date {
    return new Date(this.clock.now().getTime() + LEASE_MS);
  }
}
