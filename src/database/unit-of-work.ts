import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager, QueryRunner } from 'typeorm';
import { KeyedConcurrencyLimit } from '../common/concurrency-limit';
import type { DomainEvent, DomainEvents } from '../common/domain-events';
import { TimeoutError, withTimeout } from '../common/with-timeout';
import type { Connections } from './connections';
import {
  databaseUnavailable,
  isAnswered,
  isLockConflict,
  isReadOnly,
  outcomeUnknown,
  rethrowAsUnavailable,
} from './database-errors';

/** Longest time that a transaction or read may take on its connection. */
const TRANSACTION_TIMEOUT_MS = 5000;
/** Longest wait for a connection while no transaction completes, and longest wait at all. */
const ACQUIRE_TIMEOUT_MS = 8000;
const MAX_QUEUE_TIME_MS = 30_000;
/** Attempts of a transaction that ran into deadlocks or lock timeouts. */
const MAX_ATTEMPTS = 8;

/**
 * Concurrent writes per user: they serialize on the user's row anyway, and more would occupy connections that other
 * users need.
 */
const WRITES_PER_USER = 3;

/** A transaction's entity manager, and the events to publish after its commit. */
export class Transaction {
  readonly events: DomainEvent[] = [];

  constructor(readonly em: EntityManager) {}

  /** Published after the commit; dropped if the transaction rolls back. */
  publish(event: DomainEvent): void {
    this.events.push(event);
  }
}

/**
 * The only way to the database. `write` is a transaction: one at a time on SQLite, which has a single connection
 * for writes, and pooled with a retry after deadlocks on MySQL. `read` sees only what is committed.
 */
export class UnitOfWork {
  private readonly turns = new KeyedConcurrencyLimit(WRITES_PER_USER);
  private progressAt = 0;
  private tail: Promise<unknown> = Promise.resolve();
  private readonly inside: AsyncLocalStorage<true> | null;

  /**
   * @param watchNesting rejects nested units of work, a mistake that deadlocks small pools; for tests only, as
   *   AsyncLocalStorage slows every promise on Node 20
   */
  constructor(
    private readonly connections: Connections,
    private readonly domainEvents: DomainEvents,
    watchNesting = true,
  ) {
    this.inside = watchNesting ? new AsyncLocalStorage() : null;
  }

  /**
   * @param work may run more than once: it must do nothing but database work
   * @param userId the user whose row is locked: limits concurrent writes of one user
   * @throws AppError DATABASE_ERROR when the database cannot be reached or does not answer in time; OUTCOME_UNKNOWN
   *   when that happens during the commit
   */
  async write<T>(work: (tx: Transaction) => Promise<T>, userId?: number): Promise<T> {
    // Acquiring a second connection while holding one can deadlock the pool.
    if (this.inside?.getStore()) throw new Error('A unit of work was started inside another one');
    const run = () =>
      this.connections.serial
        ? this.serialized(() => this.transact(work))
        : this.retriedOnLockConflict(() => this.transact(work));
    const [result, events] = await (userId === undefined ? run() : this.turns.run(userId, run));
    // Published in order; slow listeners do not delay the next event.
    await Promise.all(events.map((event) => this.domainEvents.publish(event)));
    return result;
  }

  /** @throws AppError DATABASE_ERROR as in `write` */
  async read<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    if (this.inside?.getStore()) throw new Error('A read outside the transaction was started inside of it');
    if (this.connections.serial) return work(this.connections.reader.manager).catch(rethrowAsUnavailable);
    return this.onRunner((runner) => work(runner.manager));
  }

  private async transact<T>(work: (tx: Transaction) => Promise<T>): Promise<[T, DomainEvent[]]> {
    const { connections } = this;
    let isCommitting = false;
    if (connections.serial) await connections.renewBroken().catch(rethrowAsUnavailable);
    const done = this.onRunner<[T, DomainEvent[]]>(async (runner) => {
      const tx = new Transaction(runner.manager);
      await runner.startTransaction();
      try {
        const result = await (this.inside ? this.inside.run(true, () => work(tx)) : work(tx));
        isCommitting = true;
        await runner.commitTransaction();
        return [result, tx.events];
      } catch (error) {
        isCommitting &&= !isAnswered(error);
        await runner.rollbackTransaction().catch(() => connections.discard(runner));
        if (connections.serial && connections.isInTransaction(runner)) connections.discard(runner);
        if (isReadOnly(error)) {
          connections.discard(runner);
          connections.discardIdle();
        }
        throw error;
      }
    });
    return done.catch((error: unknown) => {
      throw isCommitting ? outcomeUnknown(error) : error;
    });
  }

  /** Runs on its own connection and always releases it; a connection that does not answer is closed. */
  private async onRunner<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const { connections } = this;
    const runner = connections.writer.createQueryRunner();
    if (connections.serial) return work(runner).catch(rethrowAsUnavailable);
    try {
      await this.acquire(runner);
      const result = await timeoutAsUnavailable(TRANSACTION_TIMEOUT_MS, work(runner), () =>
        connections.discard(runner),
      );
      this.progressAt = performance.now();
      connections.release(runner);
      return result;
    } catch (error) {
      connections.release(runner);
      return rethrowAsUnavailable(error);
    }
  }

  /** Waits for a connection as long as the transactions ahead of it complete. */
  private async acquire(runner: QueryRunner): Promise<void> {
    const started = performance.now();
    const connecting = runner.connect();
    const progressing = () => performance.now() - Math.max(this.progressAt, started) < ACQUIRE_TIMEOUT_MS;
    while (progressing() && performance.now() - started < MAX_QUEUE_TIME_MS) {
      const outcome = await withTimeout(ACQUIRE_TIMEOUT_MS / 5, connecting).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) return;
      if (!(outcome instanceof TimeoutError)) throw outcome;
    }
    // A connection that arrives too late is released at once; the caller has already got an error.
    connecting.then(() => this.connections.release(runner), ignore);
    throw databaseUnavailable(new Error('No connection to the database became free'));
  }

  private serialized<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(work, work);
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  private async retriedOnLockConflict<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const collided = isLockConflict(error) || isLockConflict((error as { cause?: unknown })?.cause);
        if (!collided || attempt >= MAX_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
      }
    }
  }
}

function ignore(): void {}

/** @throws AppError DATABASE_ERROR after `ms`, having called `onTimeout` */
async function timeoutAsUnavailable<T>(ms: number, promise: Promise<T>, onTimeout: () => void): Promise<T> {
  return withTimeout(ms, promise).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error;
    onTimeout();
    throw databaseUnavailable(error);
  });
}
