import { Injectable } from '@nestjs/common';
import { chunksOf } from '../../common/chunks';
import { Clock } from '../../common/clock';
import { yieldToEventLoop } from '../../common/yield-to-event-loop';
import { UnitOfWork } from '../../database/unit-of-work';
import type { SessionUserPair } from './batch.dto';
import { BatchRepository } from './batch.repository';
import { ExpirySweep } from './expiry-sweep';

/** Sessions per query. */
export const PAIRS_PER_BATCH = 50;
/** Users per transaction. */
export const USERS_PER_BATCH = 20;
const SESSION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Works on many sessions in batches, so that other work is not blocked. */
@Injectable()
export class BatchService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: BatchRepository,
    private readonly sweep: ExpirySweep,
    private readonly clock: Clock,
  ) {}

  /**
   * Checks which sessions are live and belong to the given user.
   * @returns a result for each session id; an id paired with several users is true only if all pairs match
   */
  async validate(pairs: readonly SessionUserPair[]): Promise<Record<string, boolean>> {
    const owners = new Map<string, number>();
    // Malformed ids need no query.
    const ids = [...new Set(pairs.map(([id]) => id))].filter((id) => SESSION_ID.test(id));
    for (const batch of chunksOf(ids, PAIRS_PER_BATCH)) {
      const live = await this.work.read((em) => this.repository.findLive(em, batch, this.clock.now()));
      for (const [id, userId] of live) owners.set(id, userId);
      await yieldToEventLoop();
    }
    const results = new Map<string, boolean>();
    for (const [id, userId] of pairs) results.set(id, owners.get(id) === userId && results.get(id) !== false);
    return Object.fromEntries(results);
  }

  /**
   * Ends these users' expired sessions, and deletes rows of sessions that ended longer ago than the retention time.
   * @param except a session that is left alone
   * @returns the number of rows, per user and in total
   */
  async cleanupUsers(userIds: readonly number[], except?: string): Promise<CleanupResult> {
    const results = new Map<number, number>([...new Set(userIds)].map((id) => [id, 0]));
    let cleaned = 0;
    for (const batch of chunksOf([...results.keys()], USERS_PER_BATCH)) {
      for (const userId of await this.sweep.cleanUsers(batch, except)) {
        results.set(userId, results.get(userId)! + 1);
        cleaned++;
      }
      await yieldToEventLoop();
    }
    return { cleaned, results: Object.fromEntries(results) };
  }
}

export interface CleanupResult {
  cleaned: number;
  results: Record<string, number>;
}
