/** The commands of README and of docs/operate.md, word for word but for the addresses of database and Redis. */
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { findBinary } from '../../scripts/lib/binaries.cjs';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { freePort, launch, type Managed, temporaryFolder } from '../support/processes';
import { createDatabase, startRedis } from '../support/services';
import { openRows } from './support/sealed-rows';
import { storeConnection } from './support/stored-connection';

const ROOT = join(__dirname, '../..');
const ORIGIN = 'https://social.example';
const PASSWORD = 'a sentence of some length';

/** What stands between ```sh and ```. */
const blocksOf = (file: string) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
const isServer = (block: string) => block.includes('dist/src/app/main.js');

/** A checkout that is installed and built, without data; every command is run in it. */
function installation(replacements: Record<string, string>) {
  const cwd = temporaryFolder();
  for (const name of ['package.json', 'node_modules', 'dist']) symlinkSync(join(ROOT, name), join(cwd, name));
  const { HOME, PATH } = process.env;
  // mariadb-dump stands beside what the suite starts MariaDB with.
  const path = [PATH, dirname(findBinary('mariadb-install-db') ?? '')].join(delimiter);
  const env = { HOME, PATH: path, PORT: replacements.PORT, LOG_LEVEL: 'warn' };
  const functions: string[] = [];
  const script = (block: string) =>
    Object.entries(replacements).reduce((text, [from, to]) => text.replaceAll(from, to), block);
  let server: Managed | null = null;
  return {
    run: async (block: string) => {
      if (/^\w+\(\)/.test(block)) functions.push(block);
      const text = ['set -e', ...functions, script(block)].join('\n');
      return (await promisify(execFile)('bash', ['-c', text], { cwd, env })).stdout;
    },
    start: async (block: string) => {
      const started = launch('bash', ['-c', `exec ${script(block)}`], { cwd, env });
      server = started;
      await eventually(() => expect(started.output()).toContain('Vedfolnir is ready at'), { timeout: 60_000 });
    },
    stop: async () => expect(await server?.stop()).toBe(0),
  };
}

/** As a proxy that ends HTTPS asks. */
class Behind extends TestClient {
  override request<T>(method: string, path: string, options: Parameters<TestClient['request']>[2] = {}) {
    const headers = {
      origin: ORIGIN,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '198.51.100.7',
      ...options.headers,
    };
    return super.request<T>(method, path, { ...options, headers });
  }
}

async function setPassword(url: string, output: string): Promise<void> {
  const token = /\/reset#(\S+)/.exec(output)?.[1];
  const answer = await new Behind(url).post('/api/auth/reset', { token, new_password: PASSWORD });
  expect(answer.status).toBe(200);
}

const signIn = (url: string) => new Behind(url).post('/api/auth/login', { username: 'mira', password: PASSWORD });

it('README: several nodes, and a person who is let in', async () => {
  const [port, database, redis] = await Promise.all([freePort(), createDatabase(), startRedis()]);
  const url = `http://127.0.0.1:${port}`;
  const { run, start, stop } = installation({
    PORT: String(port),
    'mysql://vedfolnir:secret@db/vedfolnir': database,
    'redis://redis:6379': redis.url,
  });
  const blocks = blocksOf('README.md');
  expect(blocks.map(isServer)).toEqual([false, true, false]);
  await run(blocks[0]!);
  await start(blocks[1]!);
  await setPassword(url, await run(blocks[2]!));
  expect((await signIn(url)).status).toBe(200);
  await stop();
});

it('docs/operate.md: install, let in, back up, restore, and look what is wrong', async () => {
  const [port, database] = await Promise.all([freePort(), createDatabase()]);
  const url = `http://127.0.0.1:${port}`;
  const { hostname, port: databasePort, username, pathname } = new URL(database);
  const { run, start, stop } = installation({
    PORT: String(port),
    '--host=db --user=vedfolnir --password=secret': `--host=${hostname} --port=${databasePort} --user=${username}`,
    'vedfolnir > backup.sql': `${pathname.slice(1)} > backup.sql`,
    'vedfolnir < backup.sql': `${pathname.slice(1)} < backup.sql`,
  });
  const blocks = blocksOf('docs/operate.md');
  const next = () => blocks.shift() ?? '';
  await run(next());
  const server = next();
  expect(isServer(server)).toBe(true);
  await start(server);
  await run(next());
  await run(next()); // user:create
  await setPassword(url, await run(next())); // user:reset-password
  await run(next()); // backup
  const changed = await signIn(url);
  expect(changed.status).toBe(200);
  await stop();
  await run(next()); // restore
  await start(server);
  expect((await signIn(url)).status).toBe(200);

  const key = encryptionKey();
  await storeConnection(database, key);
  await run(next()); // mariadb-dump
  const name = pathname.slice(1);
  const operator = await createConnection(database);
  await operator.query(`DROP DATABASE ${name}`);
  await operator.query(`CREATE DATABASE ${name}`);
  await operator.end();
  await run(next()); // mariadb
  const env = { NODE_ENV: 'test', DATABASE_URL: database, ENCRYPTION_KEYS: key };
  expect([...(await openRows(env)).values()]).toEqual(['secret']);

  expect(await run(next())).toMatch(/tables +ok/);
  expect(blocks).toEqual([]);
  await stop();
});
