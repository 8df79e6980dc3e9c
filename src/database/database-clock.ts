import { performance } from 'node:perf_hooks';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { UnitOfWork } from './unit-of-work';

const SAMPLE_INTERVAL_MS = 10_000;
/** Resample when wall clock and monotonic clock drift apart by more than this. */
const MIN_JUMP_MS = 1000;
/** Two correct clocks with millisecond resolution may differ by this much. */
const ROUNDING_MS = 2;

/**
 * The database's time, so that all nodes agree on what has expired even if their own clocks differ. Between samples it
 * advances with the process's monotonic clock, which cannot be set.
 */
export class DatabaseClock extends Clock implements OnApplicationShutdown {
  private base = Date.now() - performance.now();
  private wall = Date.now() - performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly work: UnitOfWork) {
    super();
  }

  now(): Date {
    const monotonic = performance.now();
    // The machine slept or its clock was set: the monotonic clock may have paused during sleep.
    if (Math.abs(Date.now() - monotonic - this.wall) > MIN_JUMP_MS) this.resample();
    return new Date(Math.round(this.base + monotonic));
  }

  async start(): Promise<void> {
    await this.sample();
    this.timer = setInterval(() => this.resample(), SAMPLE_INTERVAL_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private resample(): void {
    this.wall = Date.now() - performance.now();
    // On failure the last sample stays in use until the next one.
    this.sample().catch(() => undefined);
  }

  private async sample(): Promise<void> {
    const { asked, answered, now } = await this.work.read(async (em) => {
      const asked = performance.now();
      const [row] = (await em.query('SELECT UTC_TIMESTAMP(3) AS now')) as [{ now: Date }];
      return { asked, answered: performance.now(), now: row.now };
    });
    const sampledBase = now.getTime() - (asked + answered) / 2;
    // A sample is accurate to half of its round trip: smaller differences would not improve the base.
    if (Math.abs(sampledBase - this.base) > (answered - asked) / 2 + ROUNDING_MS) this.base = sampledBase;
  }
}
