import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BackgroundLoop } from '../../common/background-loop';
import { Clock } from '../../common/clock';
import { UnitOfWork } from '../../database/unit-of-work';
import { MediaRepository } from './media.repository';

/** ms. */
const LOOK_EVERY = 15 * 60_000;
const UNUSED_FOR = 24 * 3_600_000;
const FAILED_FOR = 7 * 24 * 3_600_000;

/** Takes away files that nobody will publish any more. Any node may; several at once do no harm. */
@Injectable()
export class MediaPruner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new BackgroundLoop('Media', LOOK_EVERY, () => this.prune());

  constructor(
    private readonly work: UnitOfWork,
    private readonly media: MediaRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }

  private async prune(): Promise<void> {
    const now = this.clock.now().getTime();
    await this.work.write((tx) => this.media.pruneUnused(tx.em, new Date(now - UNUSED_FOR)));
    await this.work.write((tx) => this.media.pruneFailed(tx.em, new Date(now - FAILED_FOR)));
  }
}
