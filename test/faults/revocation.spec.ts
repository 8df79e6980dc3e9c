/** After the response to a revocation writes are rejected at once, reads within 3 s, whatever Redis does. */
import { createClient } from 'redis';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { hearing, type ServerNode, startNode } from '../support/server';
import { migratedDatabase, type Redis, startRedis } from '../support/services';
import { sharedInstanceUrl } from '../support/shared-instances';
import { openTab } from '../support/socket-client';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

/** Milliseconds after the response within which reads may still be accepted. */
const READS_UNTIL = 3000;

let redis: Redis;
let line: TcpProxy;
let a: ServerNode;
let b: ServerNode;
let reading = false;
let shared: Record<string, string>;

beforeAll(async () => {
  redis = await startRedis();
  line = await startTcpProxy(redis.port);
  shared = { DATABASE_URL: await migratedDatabase(), ENCRYPTION_KEYS: encryptionKey() };
  a = await startNode({ ...shared, REDIS_URL: redis.url });
  b = await startNode({ ...shared, REDIS_URL: `redis://127.0.0.1:${line.port}` });
});
afterEach(() => {
  reading = false;
  line.heal();
  // A connection that has lost data would be noticed by the next ping only, in the middle of the next test.
  line.cut();
});
afterAll(async () => {
  await Promise.all([a.stop(), b.stop()]);
  await line.close();
  await redis.stop();
});

/** A refused connection must not become a busy loop. */
const pause = () => new Promise<{ status: number }>((resolve) => setTimeout(resolve, 50, { status: 0 }));

/** A session cached by both nodes and read continuously at B, and another device of its user. */
async function readers() {
  await hearing([a, b]);
  const owner = new TestClient(a.url);
  await owner.register();
  const phone = owner.device('phone').at(b.url);
  const sessionId = (await phone.login()).body.session.id;
  const tab = await openTab({ url: b.url, cookie: phone.cookie });
  /** When the last accepted read was sent, and when it was answered. */
  let lastAccepted = { sent: 0, answered: 0 };
  let accepted = 0;
  reading = true;
  const read = async () => {
    while (reading) {
      const sent = performance.now();
      const { status } = await phone.get('/api/session').catch(() => pause());
      if (status === 200) {
        lastAccepted = { sent: Math.max(sent, lastAccepted.sent), answered: performance.now() };
        accepted++;
      }
    }
  };
  const loops = [read(), read()];
  await eventually(() => expect(accepted).toBeGreaterThan(20));
  return {
    owner,
    phone,
    sessionId,
    tab,
    /** Revokes through A. @returns ms after the response at which a read was sent that was accepted; 0: never */
    revoke: async (): Promise<number> => {
      expect((await owner.delete(`/api/sessions/${sessionId}`)).status).toBe(204);
      const answered = performance.now();
      for (const path of ['/api/session/extend', '/api/switch_platform/1']) {
        const write = await phone.post(path);
        expect([path, write.status, write.body.error_code]).toEqual([path, 401, 'SESSION_REVOKED']);
      }
      await eventually(() => expect(performance.now() - lastAccepted.answered).toBeGreaterThan(1500));
      await tab.closed;
      expect(performance.now() - answered).toBeLessThan(15_000);
      reading = false;
      await Promise.all(loops);
      expect((await phone.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
      return Math.max(0, lastAccepted.sent - answered);
    },
  };
}

const report = (what: string, ms: number) =>
  process.stdout.write(`last accepted read, ${what}: ${Math.round(ms)} ms\n`);

it('while B is healthy', async () => {
  const { revoke, tab } = await readers();
  const last = await revoke();
  report('healthy', last);
  expect(last).toBeLessThan(READS_UNTIL);
  expect(tab.of('session:ended')).toEqual([
    expect.objectContaining({ reason: 'revoked', error_code: 'SESSION_REVOKED' }),
  ]);
});

it('while the connection from B to Redis drops all data', async () => {
  const { revoke } = await readers();
  line.blackHole();
  const last = await revoke();
  report('black hole', last);
  expect(last).toBeLessThan(READS_UNTIL);
});

it('rejects a switch with a secret from before a password change, even if the event was lost', async () => {
  await hearing([a, b]);
  const owner = new TestClient(a.url);
  await owner.register();
  const platform = await owner.post<{ id: number }>('/api/platforms', {
    name: 'One',
    platform_type: 'mastodon',
    instance_url: sharedInstanceUrl(),
    access_token: 't',
  });
  const old = owner.device().at(b.url);
  old.cookie = owner.cookie;
  expect((await old.get('/api/session')).status).toBe(200);
  line.blackHole();
  const changed = { current_password: 'correct horse battery staple', new_password: 'a quite different one' };
  expect((await owner.post('/api/auth/password', changed)).status).toBe(200);
  const write = await old.post(`/api/switch_platform/${platform.body.id}`, {});
  expect([write.status, write.body.error_code]).toEqual([401, 'SESSION_INVALID']);
});

it('while Redis is flushed', async () => {
  const { revoke } = await readers();
  const admin = createClient({ url: redis.url });
  await admin.connect();
  const revoking = revoke();
  await admin.flushAll();
  const last = await revoking;
  report('Redis flushed', last);
  await admin.close();
  expect(last).toBeLessThan(READS_UNTIL);
});

it('while Redis stalls briefly, so that nothing is published', async () => {
  const { revoke, phone } = await readers();
  const admin = createClient({ url: redis.url });
  await admin.connect();
  await admin.sendCommand(['CLIENT', 'PAUSE', '450', 'ALL']);
  const last = await revoke();
  report('Redis stalled', last);
  expect(last).toBeLessThan(READS_UNTIL);
  for (let index = 0; index < 20; index++) {
    for (const node of [a, b]) {
      expect((await phone.at(node.url).get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    }
    await pause();
  }
  admin.destroy();
});

it('while Redis is down, and on a node that starts afterwards', async () => {
  const { revoke, phone } = await readers();
  await redis.kill();
  const last = await revoke();
  report('Redis down', last);
  expect(last).toBeLessThan(READS_UNTIL);
  await redis.restart();
  const c = await startNode({ ...shared, REDIS_URL: redis.url });
  await hearing([a, b, c]);
  for (const node of [a, b, c]) {
    for (let index = 0; index < 20; index++) {
      expect((await phone.at(node.url).get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    }
  }
  await c.stop();
});

it('updates every tab within 15 s when no push arrives', async () => {
  const { owner, phone, tab } = await readers();
  const first = await owner.post<{ id: number }>('/api/platforms', {
    name: 'One',
    platform_type: 'mastodon',
    instance_url: sharedInstanceUrl(),
    access_token: 't',
  });
  const second = await owner.post<{ id: number }>('/api/platforms', {
    name: 'Two',
    platform_type: 'mastodon',
    instance_url: sharedInstanceUrl(),
    access_token: 't2',
  });
  await tab.waitFor('platforms:changed', ({ platforms }) => platforms.length === 2);
  expect((await phone.get<{ platform: unknown }>('/api/session')).body.platform).toMatchObject({ id: first.body.id });
  line.blackHole();
  const { revision } = (await owner.post<{ revision: number }>(`/api/switch_platform/${second.body.id}`)).body;
  const answered = performance.now();
  // This new tab reads its own state; that must not update the other one.
  await openTab({ url: b.url, cookie: phone.cookie });
  const state = await tab.waitFor('session:state', (each) => each.revision >= revision, 15_000);
  process.stdout.write(`tab right without a push after ${Math.round(performance.now() - answered)} ms\n`);
  expect(state.platform).toMatchObject({ id: second.body.id });
  expect(tab.of('platform:switched')).toEqual([]);
  expect((await phone.get<{ platform: unknown }>('/api/session')).body.platform).toMatchObject({ id: second.body.id });
});
