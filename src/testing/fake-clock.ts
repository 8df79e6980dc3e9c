import { Clock } from '../common/clock';

/**
 * A clock that a test moves.
 * @example `Test.createTestingModule({ imports: [AppModule] }).overrideProvider(Clock).useValue(new FakeClock())`
 */
export class FakeClock extends Clock {
  private offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  /** @param ms may be negative */
  advance(ms: number): void {
    this.offsetMs += ms;
  }
}
