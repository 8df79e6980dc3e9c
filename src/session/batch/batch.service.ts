import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { UnitOfWork } from '../../database/unit-of-work';
import type { SessionUserPair } from './batch.dto';
import { BatchRepository } from './batch.repository';
import { ExpirySweep } from './expiry-sweep';

/** Sessions asked for with one query. */
export const PAIRS_PER_BATCH = 50;
/** Users whose sessions are cleaned up together. */
export const USERS_PER_BATCH = 20;
const SESSION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Work on many sessions, in pieces that hold up nobody. */
@Injectable()
export class BatchService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: BatchRepository,
    private readonly sweep: ExpirySweep,
    private readonly clock: Clock,
  ) {}

  /**
   * Which of the sessions are live and belong to the user named beside them.
   * @returns for each session id given; one that is named with several users is true only if it is all of theirs
   */
  async validate(pairs: readonly SessionUserPair[]): Promise<Record<string, boolean>> {
    const owners = new Map<string, number>();
    // What cannot be an id of ours costs no query.
    const ids = [...new Set(pairs.map(([id]) => id))].filter((id) => SESSION_ID.test(id));
    for (const batch of chunks(ids, PAIRS_PER_BATCH)) {
      const live = await this.work.read((em) => this.repository.findLive(em, batch, this.clock.now()));
      for (const [id, userId] of live) owners.set(id, userId);
    }
    const results = new Map<string, boolean>();
    for (const [id, userId] of pairs) results.set(id, owners.get(id) === userId && results.get(id) !== false);
    return Object.fromEntries(results);
  }

  /**
   * Ends what has run out of these users, and removes what ended longer ago than is remembered.
   * @param except a session that is spared
   * @returns how many rows, of each user and in all
   */
  async cleanupUsers(userIds: readonly number[], except?: string): Promise<CleanupResult> {
    const results = new Map<number, number>([...new Set(userIds)].map((id) => [id, 0]));
    let cleaned = 0;
    for (const batch of chunks([...results.keys()], USERS_PER_BATCH)) {
      for (const userId of await this.sweep.cleanUsers(batch, except)) {
        results.set(userId, results.get(userId)! + 1);
        cleaned++;
      }
    }
    return { cleaned, results: Object.fromEntries(results) };
  }
}

export interface CleanupResult {
  cleaned: number;
  results: Record<string, number>;
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
