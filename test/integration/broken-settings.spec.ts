/** Whatever is wrong with the settings: the server does not start, and says in one sentence what to change. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';

import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { startServer } from '../../src/app/server';
import type { Config } from '../../src/common/config';
import { requireSupported } from '../../src/database/database-version';
import { loadConfig } from '../../src/settings/environment';
import { describeFault } from '../../src/settings/start-fault';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { launch, temporaryFolder } from '../support/processes';
import { createDatabase } from '../support/services';
import { storeConnection } from './support/stored-connection';

type Env = Record<string, string>;

const file = () => `sqlite:${join(temporaryFolder(), 'test.sqlite')}`;

/** @returns the sentence, or null when the server started all the same */
async function refusal(env: Env): Promise<string | null> {
  let config: Config | null = null;
  const base = {
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    ENCRYPTION_KEYS: encryptionKey(),
  };
  try {
    config = loadConfig({ ...base, DATABASE_URL: file(), ...env });
    const { app } = await startServer(config);
    await app.close();
    return null;
  } catch (error) {
    return describeFault(error, config);
  }
}

/** The run's MariaDB with one part of its URL changed. */
async function mariaDb(change: (url: URL) => void): Promise<string> {
  const url = new URL(await createDatabase());
  change(url);
  return url.href;
}

function fileInPlaceOfFolder(): string {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, 'This is no database, and no folder. '.repeat(50));
  return path;
}

const CASES: [what: string, env: () => Env | Promise<Env>, sentence: RegExp][] = [
  ['a port that there is not', () => ({ PORT: '99999' }), /^PORT must be a whole number from 0 to 65535/],
  ['a port in words', () => ({ PORT: 'http' }), /^PORT must be a whole number/],
  [
    'an address of another machine',
    () => ({ HOST: '203.0.113.7' }),
    /^HOST: 203\.0\.113\.7 is no address of this machine/,
  ],
  ['an address that is none', () => ({ HOST: 'no such host' }), /^HOST: no such host is no address/],
  ['another database', () => ({ DATABASE_URL: 'postgres://u:p@db/v' }), /^DATABASE_URL must look like mysql:/],
  ['no database name', () => ({ DATABASE_URL: 'mysql://u:p@db:3306' }), /^DATABASE_URL must end in the name/],
  ['a port of the database', () => ({ DATABASE_URL: 'mysql://u:p@db:99999/v' }), /^DATABASE_URL: the port must be/],
  ['a stray %', () => ({ DATABASE_URL: 'mysql://u:100%@db/v' }), /^DATABASE_URL: a % .* must be written %25/],
  [
    'an option that is dropped elsewhere',
    () => ({ DATABASE_URL: 'mysql://u:p@db/v?pool=9' }),
    /^DATABASE_URL: "pool" is not/,
  ],
  ['a mode of TLS', () => ({ DATABASE_URL: 'mysql://u:p@db/v?ssl=maybe' }), /^DATABASE_URL: ssl=maybe is not known/],
  [
    'a certificate that is not there',
    () => ({ DATABASE_URL: 'mysql://u@db/v?ssl-ca=/no/ca.pem' }),
    /^DATABASE_URL: the cert.*ENOENT/,
  ],
  [
    'TLS where there is none',
    async () => ({ DATABASE_URL: await mariaDb((url) => (url.search = '?ssl=true')) }),
    /^DATABASE_URL: 127\.0\.0\.1:\d+ offers no TLS/,
  ],
  [
    'a wrong password',
    async () => ({ DATABASE_URL: await mariaDb((url) => (url.password = 'wrong#1')) }),
    /^DATABASE_URL: .* refuses the user "root"/,
  ],
  [
    'a database that is not there',
    async () => ({ DATABASE_URL: await mariaDb((url) => (url.pathname = '/nowhere')) }),
    /^DATABASE_URL: .* has no database "nowhere"/,
  ],
  [
    'a folder that cannot be',
    () => ({ DATABASE_URL: `sqlite:${fileInPlaceOfFolder()}/x` }),
    /^DATABASE_URL: the folder .* cannot/,
  ],
  [
    'a file that is no database',
    () => ({ DATABASE_URL: `sqlite:${fileInPlaceOfFolder()}` }),
    /^DATABASE_URL: .* is not an SQLite database/,
  ],
  [
    'a folder in place of the file',
    () => {
      const folder = join(temporaryFolder(), 'folder');
      mkdirSync(folder);
      return { DATABASE_URL: `sqlite:${folder}` };
    },
    /^DATABASE_URL: the file .* cannot be written/,
  ],
  ['a list of Redis servers', () => ({ REDIS_URL: 'redis://a:6379,b:6379' }), /^REDIS_URL must name one server/],
  ['a port of a cluster', () => ({ REDIS_URL: 'redis+cluster://a:6379,b:99999' }), /^REDIS_URL: the port must be/],
  ['a database of a cluster', () => ({ REDIS_URL: 'redis+cluster://a:6379/1' }), /^REDIS_URL must look like redis:/],
  ['sentinels', () => ({ REDIS_URL: 'redis-sentinel://a:26379/main' }), /^REDIS_URL must name one server/],
  ['a port of Redis', () => ({ REDIS_URL: 'redis://a:99999' }), /^REDIS_URL: the port must be/],
  ['a database of Redis', () => ({ REDIS_URL: 'redis://a/main' }), /^REDIS_URL: the database must be a number/],
  ['an unknown scheme', () => ({ REDIS_URL: 'http://a' }), /^REDIS_URL must look like redis:/],
  [
    'idle for longer than it lives',
    () => ({ SESSION_IDLE_TIMEOUT: '48h' }),
    /^SESSION_IDLE_TIMEOUT \(48h\) may not be longer than SESSION_LIFETIME \(24h, its default\)/,
  ],
  [
    'a lifetime past what a timer holds',
    () => ({ SESSION_LIFETIME: '30d' }),
    /^SESSION_LIFETIME may be at most 596h, not 30d/,
  ],
  ['a duration without a unit', () => ({ SESSION_LIFETIME: '30' }), /^SESSION_LIFETIME must be a duration such as/],
  [
    'a misspelt setting',
    () => ({ SESSION_LIFETME: '1h' }),
    /^SESSION_LIFETME is no setting .* did you mean SESSION_LIFETIME\?/,
  ],
  ['an origin with a path', () => ({ PUBLIC_ORIGIN: 'https://a.example/app' }), /^PUBLIC_ORIGIN must be an origin/],
  ['proxies in words', () => ({ TRUST_PROXY: 'yes' }), /^TRUST_PROXY must be a whole number/],
  ['half a key', () => ({ ENCRYPTION_KEYS: 'c2hvcnQ=' }), /^ENCRYPTION_KEYS must be base64 of 32 bytes/],
  [
    'no key in production',
    () => ({ NODE_ENV: 'production', ENCRYPTION_KEYS: '' }),
    /^ENCRYPTION_KEYS is required when NODE_ENV=production/,
  ],
  [
    'a key that opens nothing stored',
    async () => {
      const url = file();
      await storeConnection(url, encryptionKey());
      return { DATABASE_URL: url };
    },
    /^ENCRYPTION_KEYS opens none of the 1 stored access tokens/,
  ],
  ['no limits in production', () => ({ NODE_ENV: 'production', RATE_LIMITS: 'off' }), /^RATE_LIMITS=off is refused/],
  ['a level of the log', () => ({ LOG_LEVEL: 'verbose' }), /^LOG_LEVEL must be one of/],
];

it.each(CASES)('%s', async (_what, env, sentence) => {
  const said = await refusal(await env());
  expect(said).toMatch(sentence);
  expect(said).not.toContain('\n');
  expect(said?.length).toBeLessThan(260);
});

it('says that a port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  expect(await refusal({ PORT: String(port) })).toBe(
    `PORT: 127.0.0.1:${port} is in use: stop what listens there, or choose another port`,
  );
  other.close();
});

it('knows which databases are too old', () => {
  expect(() => requireSupported('5.7.44-log')).toThrow(/leads to MySQL 5\.7\.44-log, which is too old: MySQL 8\.0/);
  expect(() => requireSupported('10.5.29-MariaDB')).toThrow(/which is too old: MariaDB 10\.6 or newer/);
  for (const version of ['8.0.45', '9.4.0', '8.0.mysql_aurora.3.08.0']) expect(requireSupported(version)).toBe('mysql');
  for (const version of ['10.6.21-MariaDB', '11.8.2-MariaDB-deb12']) expect(requireSupported(version)).toBe('mariadb');
});

it('reaches a server whose user has a # in the password, over IPv6 or not', async () => {
  const url = new URL(await createDatabase());
  const root = await createConnection(url.href);
  const password = 'a#b/c?d@e:f%';
  await root.query("CREATE OR REPLACE USER 'odd'@'%' IDENTIFIED BY ?", [password]);
  await root.query(`GRANT ALL ON \`${url.pathname.slice(1)}\`.* TO 'odd'@'%'`);
  await root.end();
  const as = (written: string) => `mysql://odd:${written}@${url.host}${url.pathname}`;
  expect(await refusal({ DATABASE_URL: as('a#b/c?d@e:f%25') })).toBeNull();
  expect(await refusal({ DATABASE_URL: as(encodeURIComponent(password)) })).toBeNull();
  const { database } = loadConfig({
    NODE_ENV: 'test',
    ENCRYPTION_KEYS: encryptionKey(),
    DATABASE_URL: 'mysql://u:p@[::1]:3307/v',
  });
  expect(database).toEqual({
    kind: 'mysql',
    connection: { host: '::1', port: 3307, user: 'u', password: 'p', database: 'v' },
  });
});

it('takes what hosting companies write into their URLs', () => {
  const ssl = (query: string) => {
    const env = { NODE_ENV: 'test', ENCRYPTION_KEYS: encryptionKey(), DATABASE_URL: `mysql://u:p@db/v?${query}` };
    const { database } = loadConfig(env);
    return database.kind === 'mysql' ? database.connection.ssl : null;
  };
  expect(ssl('ssl=true')).toEqual({ rejectUnauthorized: true, verifyIdentity: true });
  expect(ssl('sslmode=require')).toEqual({ rejectUnauthorized: false });
  expect(ssl('ssl-mode=REQUIRED')).toEqual({ rejectUnauthorized: false });
  expect(ssl('ssl-mode=VERIFY_CA')).toEqual({ rejectUnauthorized: true });
  expect(ssl('ssl={"rejectUnauthorized":true,"ca":"PEM"}')).toEqual({ rejectUnauthorized: true, ca: 'PEM' });
  expect(ssl('ssl-mode=DISABLED')).toBeUndefined();
});

it('waits for a database that is not there yet, says so, and goes at once when told to', async () => {
  const main = join(__dirname, '../../dist/src/app/main.js');
  const env = { PATH: process.env.PATH, DATABASE_URL: 'mysql://u:p@127.0.0.1:1/v', ENCRYPTION_KEYS: encryptionKey() };
  const node = launch(process.execPath, [main], { env, cwd: temporaryFolder() });
  await eventually(() =>
    expect(node.output()).toContain('127.0.0.1:1 cannot be reached (ECONNREFUSED). Waiting for it'),
  );
  expect(await node.stop()).toBe(0);
});
