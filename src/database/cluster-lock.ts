import { createConnection } from 'mysql2/promise';
import type { DatabaseConfig, MysqlConnection } from '../common/config';
import { withTimeout } from '../common/with-timeout';
import { rethrowAsUnavailable } from './database-errors';

const CONNECT_TIMEOUT_MS = 3000;
/** Longest wait for an answer of the server, beside the wait for the lock. */
const ANSWER_TIMEOUT_MS = 5000;

/** Runs a task on at most one node at a time. */
export class ClusterLock {
  private readonly busy = new Map<string, Promise<unknown>>();

  constructor(private readonly database: DatabaseConfig) {}

  /**
   * @param name name of the task; at most 30 characters
   * @param waitSeconds how long to wait for another node that holds the lock
   * @returns the result of `work`, or null when the lock was not released in time
   * @throws AppError DATABASE_ERROR when the database cannot be reached
   */
  async run<T>(name: string, waitSeconds: number, work: () => Promise<T>): Promise<T | null> {
    // Serializes calls on this node; with SQLite there is no other node.
    if (!(await this.whenFree(name, waitSeconds * 1000))) return null;
    const running =
      this.database.kind === 'mysql' ? this.locked(this.database.connection, name, waitSeconds, work) : work();
    const finished = running.then(noop, noop).then(() => this.busy.delete(name));
    this.busy.set(name, finished);
    return running;
  }

  /** Uses a separate connection, which holds the lock while it is open, even with a pool of one. */
  private async locked<T>(
    options: MysqlConnection,
    name: string,
    waitSeconds: number,
    work: () => Promise<T>,
  ): Promise<T | null> {
    const lockConnection = await createConnection({ ...options, connectTimeout: CONNECT_TIMEOUT_MS }).catch(
      rethrowAsUnavailable,
    );
    // If the connection is lost, so is the lock, and another node may start: tasks must tolerate running twice.
    lockConnection.on('error', noop);
    try {
      // Includes a hash of the database's name: lock names are limited to 64 characters and shared by all databases of
      // the server.
      const sql = "SELECT GET_LOCK(CONCAT('vedfolnir_', ?, MD5(DATABASE())), ?) AS held";
      const asking = lockConnection.query(sql, [name, waitSeconds]);
      const [rows] = await withTimeout(waitSeconds * 1000 + ANSWER_TIMEOUT_MS, asking).catch(rethrowAsUnavailable);
      const [row] = rows as [{ held: number | null }];
      return row.held === 1 ? await work() : null;
    } finally {
      // Released explicitly, as the server may notice a closed connection late.
      await withTimeout(ANSWER_TIMEOUT_MS, lockConnection.query('DO RELEASE_ALL_LOCKS()')).catch(noop);
      lockConnection.destroy();
    }
  }

  private async whenFree(name: string, waitMs: number): Promise<boolean> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const other = this.busy.get(name);
      if (!other) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await withTimeout(left, other).catch(noop);
    }
  }
}

function noop(): void {}
