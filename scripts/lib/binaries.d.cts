export type Program =
  | 'mariadbd'
  | 'mariadb-install-db'
  | 'redis-server'
  | 'nginx'
  | 'caddy'
  | 'chromium'
  | 'chromium-headless-shell'
  | 'firefox-esr'
  | 'WebKitWebDriver'
  | 'Xvfb';

/** Full path of a program, or null if it is not installed. */
export function findBinary(program: Program): string | null;
