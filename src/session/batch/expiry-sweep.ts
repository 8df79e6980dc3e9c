import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail';
import { Clock } from '../../common/clock';
import type { Config } from '../../common/config';
import { CONFIG } from '../../common/config';
import { NodeLock } from '../../database/node-lock';
import { UnitOfWork } from '../../database/unit-of-work';
import { type Scope, SessionTerminationRepository } from '../session-termination.repository';
import { SessionTerminator } from '../session-terminator';

/** Rows that one transaction holds: some 20 ms of work, which is as long as a sign-in may have to wait for it. */
export const ROWS_PER_BATCH = 500;
/** How long a person who asks for it waits for a sweep that another node is at; seconds. */
const LOCK_WAIT_SECONDS = 20;

/** Ends what has run out, and removes what ended longer ago than is remembered. */
@Injectable()
export class ExpirySweep {
  private stopping = false;

  constructor(
    private readonly work: UnitOfWork,
    private readonly lock: NodeLock,
    private readonly endings: SessionTerminator,
    private readonly rows: SessionTerminationRepository,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * All sessions, by one node at a time.
   * @param wait whether somebody waits for it: then also for another that is at it, and without pauses. If not, that
   *   one does the work, and as much time as is worked is left to everybody else
   * @param except a session that is spared
   * @returns how many sessions were ended or removed; null when another is at it
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

  /** As `run`, for these users alone. @returns their users, one entry for each session */
  async cleanUsers(userIds: number[], except?: string): Promise<number[]> {
    return [...(await this.end({ userIds, except })), ...(await this.prune({ userIds, except }))];
  }

  /** Lets the batch that is being done come to its end, and begins no other. */
  stop(): void {
    this.stopping = true;
  }

  private async end(scope: Scope, gently = false): Promise<number[]> {
    const ended: number[] = [];
    await this.inBatches(async () => {
      const batch = await this.work.write((tx) => this.endings.endExpiredIn(tx, scope, ROWS_PER_BATCH));
      ended.push(...batch);
      return batch.length;
    }, gently);
    return ended;
  }

  private async prune(scope: Scope, gently = false): Promise<number[]> {
    const removed: number[] = [];
    await this.inBatches(async () => {
      const before = new Date(this.clock.now().getTime() - this.config.sessionRetention);
      const batch = await this.work.write((tx) => this.rows.prune(tx.em, scope, before, ROWS_PER_BATCH));
      removed.push(...batch);
      return batch.length;
    }, gently);
    return removed;
  }

  /** Until a batch is not full; between them it is everybody else's turn. */
  private async inBatches(batch: () => Promise<number>, gently: boolean): Promise<void> {
    while (!this.stopping) {
      const started = performance.now();
      if ((await batch()) < ROWS_PER_BATCH) return;
      await pause(gently ? performance.now() - started : 0);
    }
  }
}
