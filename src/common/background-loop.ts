/** A task that runs periodically, and at once when `wake` is called. */
import { Logger } from '@nestjs/common';
import { describeError } from './describe-error';

export class BackgroundLoop {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> | null = null;
  private again = false;
  private stopped = true;
  private failing = false;

  /** @param intervalMs time between two runs @param poll finds the work and starts it; never run concurrently */
  constructor(
    name: string,
    private readonly intervalMs: number,
    private readonly poll: () => Promise<void>,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.stopped = false;
    this.timer = setInterval(() => this.wake(), this.intervalMs);
    this.timer.unref();
    this.wake();
  }

  /** Polls now, or once more after the current poll. */
  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.turn ??= this.run().finally(() => {
      this.turn = null;
    });
  }

  /** A poll that starts several tasks starts no more of them once this is true. */
  get isStopped(): boolean {
    return this.stopped;
  }

  /** Resolves when the current poll is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.turn;
  }

  private async run(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        await this.poll();
        this.failing = false;
      } catch (error) {
        // Usually the database is unavailable: logged once, and retried with the next poll.
        if (!this.failing) this.logger.warn(describeError(error));
        this.failing = true;
      }
      // With SQLite polls may complete synchronously: lets other events run in between.
      await new Promise(setImmediate);
    }
  }
}
