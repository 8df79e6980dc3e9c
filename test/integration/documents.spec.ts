/** The commands of README and of docs/operate.md, word for word but for the addresses of database and Redis. */
import { createConnection } from 'mysql2/promise';
import { encryptionKey } from '../support/backends';
import { TestClient } from '../support/http-client';
import { freePort } from '../support/processes';
import { createDatabase, startRedis } from '../support/services';
import { blocksOf, installation, isServer } from './support/documents';
import { openRows } from './support/sealed-rows';
import { storeConnection } from './support/stored-connection';

const ORIGIN = 'https://social.example';
const PASSWORD = 'a sentence of some length';

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
