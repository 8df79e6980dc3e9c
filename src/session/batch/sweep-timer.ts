import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIG, type Config } from '../../common/config';
import { describeError } from '../../common/describe-error';
import { Lifecycle } from '../../common/lifecycle';
import { ExpirySweep } from './expiry-sweep';

/** Sweeps periodically, with jitter, so that the nodes do not all sweep at the same time. */
@Injectable()
export class SweepTimer implements OnApplicationBootstrap {
  private readonly logger = new Logger('Sweep');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly sweep: ExpirySweep,
    private readonly lifecycle: Lifecycle,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
    this.lifecycle.stopAtShutdown(this);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.sweep.stop();
    await this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.running = this.once().then(() => this.schedule());
      },
      this.config.sweepInterval * (0.5 + Math.random()),
    );
    this.timer.unref();
  }

  private async once(): Promise<void> {
    try {
      const cleaned = await this.sweep.run(false);
      if (cleaned) this.logger.log(`${cleaned} sessions ended or removed`);
    } catch (error) {
      // The next scheduled sweep tries again.
      this.logger.warn(`Sweep failed: ${describeError(error)}`);
    }
  }
}
