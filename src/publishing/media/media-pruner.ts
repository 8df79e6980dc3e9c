import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop } from '../../common/background-loop';
import { Clock } from '../../common/clock';
import { Lifecycle } from '../../common/lifecycle';
import { UnitOfWork } from '../../database/unit-of-work';
import { MediaRepository } from './media.repository';

const PRUNE_INTERVAL_MS = 15 * 60_000;
const MAX_UNUSED_AGE_MS = 24 * 3_600_000;
const MAX_FAILED_AGE_MS = 7 * 24 * 3_600_000;

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
    await this.work.write((tx) => this.media.pruneUnused(tx.em, new Date(now - MAX_UNUSED_AGE_MS)));
    await this.work.write((tx) => this.media.pruneFailed(tx.em, new Date(now - MAX_FAILED_AGE_MS)));
  }
}
