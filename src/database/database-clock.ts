import { performance } from 'node:perf_hooks';
import { Clock } from '../common/clock';
import type { UnitOfWork } from './unit-of-work';

const SAMPLE_INTERVAL_MS = 10_000;
/** How far the machine's clock may run from its own steady count before the database is asked again; ms. */
const MIN_JUMP_MS = 1000;
/** What two clocks that tell whole milliseconds may differ by when they are of one mind; ms. */
const ROUNDING_MS = 2;

/**
 * The time of the database, so that all nodes agree on what has expired, whatever their own clocks say. Between
 * samples it is carried on by the process's monotonic clock, which nobody can set.
 */
export class DatabaseClock extends Clock {
  private base = Date.now() - performance.now();
  private wall = Date.now() - performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly work: UnitOfWork) {
    super();
  }

  now(): Date {
    const steady = performance.now();
    // The machine slept or was set: the steady count may have stood still meanwhile.
    if (Math.abs(Date.now() - steady - this.wall) > MIN_JUMP_MS) this.resample();
    return new Date(Math.round(this.base + steady));
  }

  async start(): Promise<void> {
    await this.sample();
    this.timer = setInterval(() => this.resample(), SAMPLE_INTERVAL_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private resample(): void {
    this.wall = Date.now() - performance.now();
    // An answer that does not come leaves the last sample in force; the next one is tried in time.
    this.sample().catch(() => undefined);
  }

  private async sample(): Promise<void> {
    const { asked, answered, now } = await this.work.read(async (em) => {
      const asked = performance.now();
      const [row] = (await em.query('SELECT UTC_TIMESTAMP(3) AS now')) as [{ now: Date }];
      return { asked, answered: performance.now(), now: row.now };
    });
    const told = now.getTime() - (asked + answered) / 2;
    // A sample is right to half of the time that its answer took: what is within that is known better already.
    if (Math.abs(told - this.base) > (answered - asked) / 2 + ROUNDING_MS) this.base = told;
  }
}
