/** The time that decides. Injected everywhere, so that no code asks the machine and every test can set it. */
export abstract class Clock {
  abstract now(): Date;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
