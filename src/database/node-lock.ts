import { createConnection } from 'mysql2/promise';
import type { DatabaseConfig, MysqlConnection } from '../common/config';
import { toUnavailableError } from './database-errors';

const CONNECT_TIMEOUT = 3000;

/** Lets one node at a time do a piece of work. */
export class NodeLock {
  private readonly busy = new Map<string, Promise<unknown>>();

  constructor(private readonly database: DatabaseConfig) {}

  /**
   * @param name what the work is; at most 30 characters
   * @param patience how long to wait for another that is at it; seconds
   * @returns what the work answers, or null when another is still at it
   * @throws AppError DATABASE_ERROR when the database cannot be reached
   */
  async run<T>(name: string, patience: number, work: () => Promise<T>): Promise<T | null> {
    // Its own SQLite has no other node; and on this one, one at a time as well.
    if (!(await this.free(name, patience * 1000))) return null;
    const running =
      this.database.kind === 'mysql' ? this.locked(this.database.connection, name, patience, work) : work();
    const settled = running.then(noop, noop).then(() => this.busy.delete(name));
    this.busy.set(name, settled);
    return running;
  }

  /** A connection of its own: it holds the lock for as long as it lives, also where the pool is of one. */
  private async locked<T>(
    options: MysqlConnection,
    name: string,
    patience: number,
    work: () => Promise<T>,
  ): Promise<T | null> {
    const guard = await createConnection({ ...options, connectTimeout: CONNECT_TIMEOUT }).catch(rethrow);
    // A lock that is lost with its connection lets another node begin; what both then do is done once all the same.
    guard.on('error', noop);
    try {
      // Hashed, as the name of a lock holds 64 characters and is shared by all databases of the server.
      const sql = "SELECT GET_LOCK(CONCAT('vedfolnir_', ?, MD5(DATABASE())), ?) AS held";
      const [rows] = await guard.query(sql, [name, patience]).catch(rethrow);
      const [row] = rows as [{ held: number | null }];
      return row.held === 1 ? await work() : null;
    } finally {
      // Said, as the server may take a while to notice that the connection is gone.
      await guard.query('DO RELEASE_ALL_LOCKS()').catch(noop);
      guard.destroy();
    }
  }

  private async free(name: string, patience: number): Promise<boolean> {
    const deadline = performance.now() + patience;
    for (;;) {
      const other = this.busy.get(name);
      if (!other) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      let timer: NodeJS.Timeout | undefined;
      const patienceEnds = new Promise((resolve) => {
        timer = setTimeout(resolve, left);
      });
      await Promise.race([other, patienceEnds]);
      clearTimeout(timer);
    }
  }
}

function noop(): void {}

function rethrow(error: unknown): never {
  throw toUnavailableError(error);
}
