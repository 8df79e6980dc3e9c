/**
 * The time by which sessions expire: the database's on MySQL and MariaDB, this machine's on SQLite. Injected everywhere,
 * so that tests can set it.
 */
export abstract class Clock {
  abstract now(): Date;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
