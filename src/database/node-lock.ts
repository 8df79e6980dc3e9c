import { createConnection } from 'mysql2/promise';
import type { DatabaseConfig, MysqlConnection } from '../common/config';
import { toUnavailableError } from './database-errors';

const CONNECT_TIMEOUT_MS = 3000;

/** Lets one node at a time do a piece of work. */
export class NodeLock {
  private readonly busy = new Map<string, Promise<unknown>>();

  constructor(private readonly database: DatabaseConfig) {}

  /**
   * @param name what the work is; at most 30 characters
   * @param waitSeconds how long to wait for another node that holds the lock
   * @returns what the work answers, or null when another is still at it
   * @throws AppError DATABASE_ERROR when the database cannot be reached
   */
  async run<T>(name: string, waitSeconds: number, work: () => Promise<T>): Promise<T | null> {
    // Its own SQLite has no other node; and on this one, one at a time as well.
    if (!(await this.whenFree(name, waitSeconds * 1000))) return null;
    const running =
      this.database.kind === 'mysql' ? this.locked(this.database.connection, name, waitSeconds, work) : work();
    const settled = running.then(noop, noop).then(() => this.busy.delete(name));
    this.busy.set(name, settled);
    return running;
  }

  /** A connection of its own: it holds the lock for as long as it lives, also where the pool is of one. */
  private async locked<T>(
    options: MysqlConnection,
    name: string,
    waitSeconds: number,
    work: () => Promise<T>,
  ): Promise<T | null> {
    const guard = await createConnection({ ...options, connectTimeout: CONNECT_TIMEOUT_MS }).catch(rethrow);
    // A lock that is lost with its connection lets another node begin; what both then do is done once all the same.
    guard.on('error', noop);
    try {
      // Hashed, as the name of a lock holds 64 characters and is shared by all databases of the server.
      const sql = "SELECT GET_LOCK(CONCAT('vedfolnir_', ?, MD5(DATABASE())), ?) AS held";
      const [rows] = await guard.query(sql, [name, waitSeconds]).catch(rethrow);
      const [row] = rows as [{ held: number | null }];
      return row.held === 1 ? await work() : null;
    } finally {
      // Said, as the server may take a while to notice that the connection is gone.
      await guard.query('DO RELEASE_ALL_LOCKS()').catch(noop);
      guard.destroy();
    }
  }

  private async whenFree(name: string, waitMs: number): Promise<boolean> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const other = this.busy.get(name);
      if (!other) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise((resolve) => {
        timer = setTimeout(resolve, left);
      });
      await Promise.race([other, timeout]);
      clearTimeout(timer);
    }
  }
}

function noop(): void {}

function rethrow(error: unknown): never {
  throw toUnavailableError(error);
}
