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

/** The full path of a program, or null when this machine does not have it. */
export function findBinary(program: Program): string | null;
