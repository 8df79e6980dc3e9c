import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail';
import { Clock } from '../../common/clock';
import { CONFIG, type Config } from '../../common/config';
import { ClusterLock } from '../../database/cluster-lock';
import { UnitOfWork } from '../../database/unit-of-work';
import { type Scope, SessionTerminationRepository } from '../session-termination.repository';
import { SessionTerminator } from '../session-terminator';

/** Rows per transaction: about 20 ms of work, which is the longest that it may delay a sign-in. */
export const ROWS_PER_BATCH = 500;
/** How long a requested sweep waits for a sweep in progress on another node. */
const LOCK_WAIT_SECONDS = 20;

/** Ends expired sessions, and deletes rows of sessions that ended longer ago than the retention time. */
@Injectable()
export class ExpirySweep {
  private stopping = false;

  constructor(
    private readonly work: UnitOfWork,
    private readonly lock: ClusterLock,
    private readonly endings: SessionTerminator,
    private readonly rows: SessionTerminationRepository,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Sweeps all sessions; one node at a time.
   * @param wait true for a requested sweep: waits for the lock and works without pauses. False for a background
   *   sweep: gives up when another node has the lock, and pauses after each batch for as long as the batch took
   * @param except a session that is left alone
   * @returns the number of sessions ended or deleted; null when another node has the lock
   */
  run(wait: boolean, except?: string): Promise<number | null> {
    return this.lock.run('sweep', wait ? LOCK_WAIT_SECONDS : 0, async () => {
      let cleaned = 0;
      for (const past of ['idle', 'absolute'] as const) cleaned += (await this.end({ past, except }, !wait)).length;
      cleaned += (await this.prune({ except }, !wait)).length;
      await this.inBatches(() => this.audit.prune(ROWS_PER_BATCH), !wait);
      return cleaned;
    });
  }

  /** As `run`, for these users only. @returns user ids, one entry for each session */
  async cleanUsers(userIds: number[], except?: string): Promise<number[]> {
    return [...(await this.end({ userIds, except })), ...(await this.prune({ userIds, except }))];
  }

  /** Stops after the current batch. */
  stop(): void {
    this.stopping = true;
  }

  private async end(scope: Scope, yieldBetweenBatches = false): Promise<number[]> {
    const ended: number[] = [];
    await this.inBatches(async () => {
      const batch = await this.work.write((tx) => this.endings.endExpiredIn(tx, scope, ROWS_PER_BATCH));
      ended.push(...batch);
      return batch.length;
    }, yieldBetweenBatches);
    return ended;
  }

  private async prune(scope: Scope, yieldBetweenBatches = false): Promise<number[]> {
    const removed: number[] = [];
    await this.inBatches(async () => {
      const before = new Date(this.clock.now().getTime() - this.config.sessionRetention);
      const batch = await this.work.write((tx) => this.rows.prune(tx.em, scope, before, ROWS_PER_BATCH));
      removed.push(...batch);
      return batch.length;
    }, yieldBetweenBatches);
    return removed;
  }

  /** Repeats until a batch is not full; pausing between batches leaves the database to other requests. */
  private async inBatches(batch: () => Promise<number>, yieldBetweenBatches: boolean): Promise<void> {
    while (!this.stopping) {
      const started = performance.now();
      if ((await batch()) < ROWS_PER_BATCH) return;
      await pause(yieldBetweenBatches ? performance.now() - started : 0);
    }
  }
}
