/** Work that is looked for now and then, and at once when somebody knows that there is some. */
import { Logger } from '@nestjs/common';
import { describeError } from './describe-error';

export class BackgroundLoop {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> | null = null;
  private again = false;
  private stopped = true;
  private failing = false;

  /**
   * @param every ms between two looks
   * @param look finds the work and starts it; never run twice at a time
   */
  constructor(
    name: string,
    private readonly every: number,
    private readonly look: () => Promise<void>,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.stopped = false;
    this.timer = setInterval(() => this.wake(), this.every);
    this.timer.unref();
    this.wake();
  }

  /** Looks now, or once more when it is looking already. */
  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.turn ??= this.run().finally(() => {
      this.turn = null;
    });
  }

  /** Resolves when the last look is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.turn;
  }

  private async run(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        await this.look();
        this.failing = false;
      } catch (error) {
        // The database is away, mostly: said once, tried again in time.
        if (!this.failing) this.logger.warn(describeError(error));
        this.failing = true;
      }
      // On SQLite all of it may be done without a pause: then nobody else would have a turn.
      await new Promise(setImmediate);
    }
  }
}
