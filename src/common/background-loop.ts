/** A task that runs periodically, and at once when `wake` is called; and what it starts, which takes longer. */
import { Logger } from '@nestjs/common';
import { describeError } from './describe-error';
import { yieldToEventLoop } from './yield-to-event-loop';

/** A started piece of work, and where it counts against the limits. */
export interface Running {
  instanceUrl: string;
  userId: number;
  done: Promise<void>;
}

export class BackgroundLoop<T extends Running = Running> {
  /** What `poll` has started, by a key of its own: `stop` waits for it. */
  readonly running = new Map<number, T>();
  private readonly logger: Logger;
  private readonly timers: NodeJS.Timeout[] = [];
  private turn: Promise<void> | null = null;
  private again = false;
  private stopped = true;
  private failing = false;

  /**
   * @param intervalMs time between two runs
   * @param poll finds the work and starts it; never run concurrently
   * @param renewal prolongs the claims of what is running, also while the loop stops
   */
  constructor(
    name: string,
    private readonly intervalMs: number,
    private readonly poll: () => Promise<void>,
    private readonly renewal?: { intervalMs: number; renew: () => void },
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.stopped = false;
    this.timers.push(setInterval(() => this.wake(), this.intervalMs).unref());
    if (this.renewal) this.timers.push(setInterval(this.renewal.renew, this.renewal.intervalMs).unref());
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

  /** Resolves when the current poll is over, and what is running. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.turn;
    await Promise.allSettled(Array.from(this.running.values(), ({ done }) => done));
    for (const timer of this.timers) clearInterval(timer);
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
      await yieldToEventLoop();
    }
  }
}
