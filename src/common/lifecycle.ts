import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { withTimeout } from './with-timeout';

/** How long shutdown waits for all background tasks together; the app needs the rest of its time to close. */
const STOP_TIMEOUT_MS = 5000;

/** How this process ends. */
@Injectable()
export class Lifecycle implements OnModuleDestroy {
  /** Whether this process was told to stop: it then reports "not ready", but still answers. */
  draining = false;
  private readonly tasks: { stop(): Promise<unknown> }[] = [];

  /** Stops the task when the app closes: all at the same time, as Nest would wait for one module after the other. */
  stopAtShutdown(task: { stop(): Promise<unknown> }): void {
    this.tasks.push(task);
  }

  async onModuleDestroy(): Promise<void> {
    const stopped = Promise.all(this.tasks.map((task) => task.stop()));
    await withTimeout(STOP_TIMEOUT_MS, stopped).catch(() => undefined);
  }
}
