import { performance } from 'node:perf_hooks';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { describeError } from '../../common/describe-error';
import { Connections } from '../../database/connections';
import { UnitOfWork } from '../../database/unit-of-work';
import { type Changes, SessionRepository } from '../session.repository';

const POLL_INTERVAL_MS = 1000;
/**
 * Each poll overlaps the one before: a row's timestamp may precede its commit by up to 5 s, the longest that a
 * transaction may take.
 */
const OVERLAP_MS = 10_000;
/** Caches are not used when the last successful poll is older. A revocation reaches every node within this time. */
const MAX_AGE_MS = 2500;
const MAX_CHANGES = 5000;

/**
 * Polls the database each second for changes that other processes committed, so that revocations and switches arrive
 * even when a Redis message is lost. With SQLite the other process is the command line.
 */
@Injectable()
export class ChangeFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ChangeFeed');
  private readonly listeners = new Set<(changes: Changes) => void | Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private freshAt = Number.NEGATIVE_INFINITY;
  private since: Date | null = null;
  private failing = false;
  private stopped = false;

  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: SessionRepository,
    private readonly clock: Clock,
    private readonly connections: Connections,
  ) {}

  /** Whether the last successful poll is recent enough for caches to be used. */
  get fresh(): boolean {
    return this.connections.serial || performance.now() - this.freshAt < MAX_AGE_MS;
  }

  /** @returns a function that removes the listener */
  onChanges(listener: (changes: Changes) => void | Promise<void>): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onApplicationBootstrap(): void {
    void this.run();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    await this.poll();
    if (this.stopped) return;
    this.timer = setTimeout(() => this.run(), POLL_INTERVAL_MS * (0.9 + 0.2 * Math.random()));
    this.timer.unref();
  }

  private async poll(): Promise<void> {
    const started = performance.now();
    const now = this.clock.now();
    const since = this.since ?? new Date(now.getTime() - OVERLAP_MS);
    try {
      const changes = await this.work.read((em) => this.repository.changesSince(em, since, MAX_CHANGES));
      for (const listener of this.listeners) await listener(changes);
      this.freshAt = started;
      this.since = new Date(now.getTime() - OVERLAP_MS);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn(`Polling the database for changes failed: ${describeError(error)}`);
      this.failing = true;
    }
  }
}
