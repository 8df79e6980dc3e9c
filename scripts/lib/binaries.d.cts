export type Program =
  | 'mariadbd'
  | 'mariadb-install-db'
  | 'redis-server'
  | 'nginx'
  | 'chromium'
  | 'firefox-esr'
  | 'WebKitWebDriver'
  | 'Xvfb';

/** The full path of a program, or null when this machine does not have it. */
export function findBinary(program: Program): string | null;
