/** A database that is gone, or does not answer: 503 and when to come back; never a hang, never an exit. */
import type { RestSessionState } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { createDatabase, type MariaDb, startMariaDb } from '../support/services';
import { openTab } from '../support/socket-client';

let database: MariaDb;
let node: ServerNode;
let client: TestClient;

beforeAll(async () => {
  database = await startMariaDb();
  const DATABASE_URL = await createDatabase(database.url());
  node = await startNode({ DATABASE_URL, ENCRYPTION_KEYS: encryptionKey() });
  client = new TestClient(node.url);
  await client.register();
});
afterAll(async () => {
  await node.stop();
  await database.stop();
});

async function expectAway(): Promise<void> {
  const started = performance.now();
  const answers = await Promise.all([
    client.get('/api/user_platforms'),
    client.post('/api/session/extend'),
    client.post('/api/posts', { content: 'x' }, { headers: { 'x-platform-id': '1' } }),
    new TestClient(node.url).post('/api/auth/login', { username: 'u', password: 'p' }),
  ]);
  for (const { status, headers, body } of answers) {
    expect([status, body.error_code, body.retry_after]).toEqual([503, 'DATABASE_ERROR', 30]);
    expect(headers['retry-after']).toBe('30');
  }
  expect(performance.now() - started).toBeLessThan(25_000);
  const page = await client.get('/devices', { headers: { accept: 'text/html' } });
  expect([page.status, page.headers.location]).toEqual([303, '/']);
  const home = await client.get<string>('/', { headers: { accept: 'text/html' } });
  expect(home.status).toBe(503);
  expect(home.text).toContain('Database error occurred. Please try again later.');
  expect((await client.get('/health/live')).status).toBe(200);
  expect((await client.get('/health/ready')).status).toBe(503);
  await expect(openTab({ url: node.url, cookie: client.cookie })).rejects.toMatchObject({
    data: { error_code: 'DATABASE_ERROR' },
  });
}

const expectBack = () =>
  eventually(async () => expect((await client.get('/api/user_platforms')).status).toBe(200), { timeout: 10_000 });

it('is told while it is down, and back within 10 s, with all that was acknowledged', async () => {
  const platforms = await connectPlatforms(client);
  const { revision } = (await client.post(`/api/switch_platform/${platforms[2]!.id}`)).body;
  await database.kill();
  await expectAway();
  await database.restart();
  await expectBack();
  const state = (await client.get<RestSessionState>('/api/session')).body;
  expect([state.revision, state.platform?.id]).toEqual([revision, platforms[2]!.id]);
}, 120_000);

it('is told while it is frozen', async () => {
  await database.freeze();
  await expectAway();
  await database.thaw();
  await expectBack();
}, 120_000);

it('keeps an open tab, which is right again afterwards', async () => {
  const tab = await openTab({ url: node.url, cookie: client.cookie });
  await tab.waitFor('session:state');
  await database.kill();
  await expect(tab.sync()).rejects.toMatchObject({ data: { error_code: 'DATABASE_ERROR' } });
  expect(tab.connected).toBe(true);
  await database.restart();
  await eventually(async () => expect((await tab.sync()).authenticated).toBe(true), { timeout: 10_000 });
}, 120_000);
