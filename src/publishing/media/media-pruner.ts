import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BackgroundLoop } from '../../common/background-loop';
import { chunksOf } from '../../common/chunks';
import { Clock } from '../../common/clock';
import { Lifecycle } from '../../common/lifecycle';
import { yieldToEventLoop } from '../../common/yield-to-event-loop';
import { UnitOfWork } from '../../database/unit-of-work';
import { MediaRepository } from './media.repository';

const PRUNE_INTERVAL_MS = 15 * 60_000;
const MAX_UNUSED_AGE_MS = 24 * 3_600_000;
const MAX_FAILED_AGE_MS = 7 * 24 * 3_600_000;
/** Files per transaction: about 25 ms of work on SQLite if they are as large as they may be. */
const FILES_PER_BATCH = 2;

/** Deletes files that will not be published. Runs on every node; concurrent runs are harmless. */
@Injectable()
export class MediaPruner implements OnApplicationBootstrap {
  private readonly loop = new BackgroundLoop('Media', PRUNE_INTERVAL_MS, () => this.prune());

  constructor(
    private readonly work: UnitOfWork,
    private readonly media: MediaRepository,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
    this.lifecycle.stopAtShutdown(this.loop);
  }

  private async prune(): Promise<void> {
    const now = this.clock.now().getTime();
    const unused = await this.work.read((em) => this.media.findUnused(em, new Date(now - MAX_UNUSED_AGE_MS)));
    await this.inBatches(unused, (em, ids) => this.media.removeUnused(em, ids));
    const failed = await this.work.read((em) => this.media.findFailed(em, new Date(now - MAX_FAILED_AGE_MS)));
    await this.inBatches(failed, (em, ids) => this.media.removeFilesOfFailed(em, ids));
  }

  private async inBatches(ids: number[], remove: (em: EntityManager, ids: number[]) => Promise<unknown>) {
    for (const batch of chunksOf(ids, FILES_PER_BATCH)) {
      if (this.loop.isStopped) return;
      await this.work.write((tx) => remove(tx.em, batch));
      await yieldToEventLoop();
    }
  }
}
