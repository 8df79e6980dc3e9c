import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { isDuplicateKey } from '../../database/database-errors';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { ImportDirection, StatusImport } from '../../database/entities/status-import.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import { toPlatformError } from '../../fediverse/instance-error';
import { ConnectionRefresher } from '../../platform/connection-refresher';
import { PlatformRepository } from '../../platform/platform.repository';
import type { ImportView } from '../../protocol/http';
import type { SessionContext } from '../../session/session-context';
import { ImportRepository } from './import.repository';
import { ImportWorker } from './import-worker';

/** How long a request waits for the import to end before it answers with the progress. */
const MAX_WAIT_MS = 8000;
const POLL_INTERVAL_MS = 50;

/** Starts imports of an account's statuses on demand; ImportWorker runs them. */
@Injectable()
export class ImportService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly platforms: PlatformRepository,
    private readonly connections: ConnectionRefresher,
    private readonly imports: ImportRepository,
    private readonly worker: ImportWorker,
    private readonly clock: Clock,
  ) {}

  /**
   * Imports new statuses, or one page of older ones. Resolves at the end or after MAX_WAIT_MS with the progress; the
   * import then continues in the background.
   * @throws AppError PLATFORM_NOT_FOUND, PLATFORM_REJECTED or PLATFORM_UNREACHABLE
   */
  async start(caller: SessionContext, id: number, direction: ImportDirection): Promise<ImportView> {
    const row = await this.find(caller, id);
    if (!row.confirmedAt) await this.confirm(row);
    const begin = () => this.work.write((tx) => this.imports.begin(tx.em, id, direction, this.clock.now()));
    await begin().catch((error: unknown) => (isDuplicateKey(error) ? begin() : Promise.reject(error)));
    this.worker.wake();
    const until = performance.now() + MAX_WAIT_MS;
    for (;;) {
      const run = await this.work.read((em) => this.imports.find(em, id));
      if (!run) throw new AppError('PLATFORM_NOT_FOUND');
      if (run.nextAttemptAt === null || run.error !== null || performance.now() > until)
        return this.answer(caller, run);
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  }

  /** @throws AppError PLATFORM_NOT_FOUND */
  async status(caller: SessionContext, id: number): Promise<ImportView> {
    await this.find(caller, id);
    return toImportView(await this.work.read((em) => this.imports.find(em, id)));
  }

  private async find(caller: SessionContext, id: number): Promise<PlatformConnection> {
    const row = await this.work.read((em) => this.platforms.find(em, caller.user.id, id));
    if (!row) throw new AppError('PLATFORM_NOT_FOUND');
    return row;
  }

  private async confirm(row: PlatformConnection): Promise<void> {
    try {
      await this.connections.refresh(row);
    } catch (error) {
      throw toPlatformError(error);
    }
  }

  /** @throws AppError if the import has failed for good */
  private async answer(caller: SessionContext, run: StatusImport): Promise<ImportView> {
    if (run.nextAttemptAt !== null || run.error === null) return toImportView(run);
    const { needsReconnect } = await this.find(caller, run.platformConnectionId);
    throw new AppError(needsReconnect ? 'PLATFORM_REJECTED' : 'PLATFORM_UNREACHABLE', { message: run.error });
  }
}

function toImportView(run: StatusImport | null): ImportView {
  return {
    imported: run?.imported ?? 0,
    left_out: run?.leftOut ?? 0,
    running: run ? run.nextAttemptAt !== null : false,
    has_older: run ? !run.hasReachedOldest : true,
    error: run?.error ?? null,
    next_attempt_at: (run?.error && run.nextAttemptAt?.toISOString()) || null,
  };
}
