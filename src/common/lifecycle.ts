import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { withTimeout } from './with-timeout';

/** How long shutdown waits for all background tasks together. */
const STOP_TIMEOUT_MS = 5000;
/** They are abandoned this long after the signal: a process manager kills after 10 s, and the app has to close before. */
const STOPPED_AFTER_MS = 8000;

/** How this process ends. */
@Injectable()
export class Lifecycle implements OnModuleDestroy {
  private drainingSince: number | null = null;
  private readonly tasks: { stop(): Promise<unknown> }[] = [];

  /** Whether this process was told to stop: it then reports "not ready", but still answers. */
  get draining(): boolean {
    return this.drainingSince !== null;
  }

  drain(): void {
    this.drainingSince ??= performance.now();
  }

  /** Stops the task when the app closes: all at the same time, as Nest would wait for one module after the other. */
  stopAtShutdown(task: { stop(): Promise<unknown> }): void {
    this.tasks.push(task);
  }

  async onModuleDestroy(): Promise<void> {
    const stopped = Promise.all(this.tasks.map((task) => task.stop()));
    const left = STOPPED_AFTER_MS - (performance.now() - (this.drainingSince ?? performance.now()));
    await withTimeout(Math.min(STOP_TIMEOUT_MS, left), stopped).catch(() => undefined);
  }
}
