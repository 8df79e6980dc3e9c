import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { createClient } from 'redis';
import { createDatabase, startMariaDb, startRedis } from './services';

async function answers(url: string, timeout = 500): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: timeout });
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

describe('the shared services of the run', () => {
  it('creates a separate empty database for every caller', async () => {
    const [one, other] = await Promise.all([createDatabase(), createDatabase()]);
    expect(one).not.toBe(other);
    const connection = await createConnection(one);
    const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES');
    await connection.end();
    expect(tables).toEqual([]);
  });

  it('include a Redis server', async () => {
    const redis = await createClient({ url: process.env.TEST_REDIS_URL ?? '' }).connect();
    await expect(redis.ping()).resolves.toBe('PONG');
    await redis.close();
  });
});

describe('a separate MariaDB server', () => {
  it('keeps its data across a kill and a restart, and can be frozen', async () => {
    const server = await startMariaDb();
    const url = await createDatabase(server.url());
    await server.kill();
    await expect(answers(url)).resolves.toBe(false);
    await server.restart();
    await expect(answers(url)).resolves.toBe(true);
    server.freeze();
    await expect(answers(url)).resolves.toBe(false);
    server.thaw();
    await expect(answers(url, 5000)).resolves.toBe(true);
    await server.stop();
  });
});

describe('a separate Redis server', () => {
  it('restarts empty on the same port', async () => {
    const server = await startRedis();
    const before = await createClient({ url: server.url }).connect();
    await before.set('key', 'value');
    before.on('error', () => {}).destroy();
    await server.kill();
    await server.restart();
    const after = await createClient({ url: server.url }).connect();
    await expect(after.get('key')).resolves.toBeNull();
    await after.close();
    await server.stop();
  });
});
