import { ConfigError } from '../common/config';

export type Flavour = 'mysql' | 'mariadb';

/** The oldest supported versions: the first with SKIP LOCKED. */
const OLDEST: Record<Flavour, [name: string, major: number, minor: number]> = {
  mysql: ['MySQL', 8, 0],
  mariadb: ['MariaDB', 10, 6],
};

/** @param version the result of `SELECT VERSION()` @throws ConfigError when it is too old */
export function requireSupported(version: string): Flavour {
  const flavour = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
  const [name, major, minor] = OLDEST[flavour];
  const [, ownMajor = 0, ownMinor = 0] = (/^(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return flavour;
  throw new ConfigError(
    `DATABASE_URL leads to ${name} ${version}, which is too old: ${name} ${major}.${minor} or newer is needed`,
  );
}
