/** Nodes of the release before and of this one, side by side on one MariaDB and Redis, as in a rolling upgrade. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceView, PlatformView, UserPlatformsView } from '../../src/protocol/http';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, type FakeInstance, newAccount, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { temporaryFolder } from '../support/processes';
import { hearing, type ServerNode, startNode } from '../support/server';
import { createDatabase, startRedis } from '../support/services';
import { openTab, type Tab } from '../support/socket-client';
import { postOf, published, write } from './support/posting';
import { connectPlatforms } from './support/scenario';

/** The server of that release as it was built, by `npm run release:record`; its packages are today's. */
const RELEASE = join(__dirname, '../fixtures/release-before.tgz');

function unpack(): string {
  const folder = temporaryFolder();
  execFileSync('tar', ['-xzf', RELEASE, '-C', folder]);
  symlinkSync(join(__dirname, '../../node_modules'), join(folder, 'node_modules'));
  return join(folder, 'dist/src/app/main.js');
}

let previousMain: string;
let env: Record<string, string>;
let town: FakeInstance;
let before: ServerNode;
let after: ServerNode;

beforeAll(async () => {
  const [DATABASE_URL, redis, instance] = await Promise.all([createDatabase(), startRedis(), startInstance()]);
  town = instance;
  previousMain = unpack();
  env = { DATABASE_URL, REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey(), ...allowed(town) };
  before = await startNode(env, { main: previousMain });
});
afterAll(stopInstances);

/** A person who signed in at one node, with a tab and another device at the other. */
async function personAcross(here: ServerNode, there: ServerNode) {
  const client = new TestClient(here.url);
  expect((await client.register()).status).toBe(201);
  const other = client.at(there.url);
  const device = client.device().at(there.url);
  expect((await device.login()).status).toBe(200);
  const tabs = { here: await openTab(client), there: await openTab(other), ofDevice: await openTab(device) };
  for (const tab of Object.values(tabs)) await tab.waitFor('session:state');
  return { client, other, device, tabs };
}

async function connect(client: TestClient, name: string): Promise<PlatformView> {
  const { token } = newAccount(town);
  const form = { name, platform_type: 'mastodon', instance_url: town.url, access_token: token };
  const { status, body } = await client.post<PlatformView>('/api/platforms', form);
  expect(status).toBe(201);
  return body;
}

const newest = (tab: Tab) =>
  Math.max(...tab.events.map(({ payload }) => ('revision' in payload ? payload.revision : 0)));

it('goes from the one to the other while people switch: no request fails', async () => {
  const client = new TestClient(before.url);
  await client.register();
  const platforms = await connectPlatforms(client);
  const answers: Record<string, number> = {};
  let going = true;
  const caller = (async () => {
    for (let turn = 0; going; turn++) {
      const { status } = await client.post(`/api/switch_platform/${platforms[turn % platforms.length]!.id}`);
      answers[status] = (answers[status] ?? 0) + 1;
    }
  })();
  after = await startNode(env);
  await hearing([before, after]);
  going = false;
  await caller;
  process.stdout.write(`while the tables were brought up to date: ${JSON.stringify(answers)}\n`);
  expect(Object.keys(answers)).toEqual(['200']);
});

describe.each(['before', 'after'] as const)('at a node of the release %s, seen at the other', (first) => {
  const nodes = () => (first === 'before' ? ([before, after] as const) : ([after, before] as const));

  it('platforms, switches and posts', async () => {
    const { client, other, device, tabs } = await personAcross(...nodes());
    const [one, two] = [await connect(client, 'One'), await connect(client, 'Two')];
    await tabs.there.waitFor('platforms:changed', ({ platforms }) => platforms.length === 2);
    const switched = await client.post<{ revision: number }>(`/api/switch_platform/${two.id}`);
    expect(switched.status).toBe(200);
    for (const tab of [tabs.there, tabs.ofDevice]) {
      const { platform } = await tab.waitFor(
        'platform:switched',
        ({ revision }) => revision === switched.body.revision,
      );
      expect(platform).toMatchObject({ id: two.id, name: 'Two' });
    }
    expect((await other.get<UserPlatformsView>('/api/user_platforms')).body.current_platform?.id).toBe(two.id);
    // What the one has sealed, the other opens.
    expect((await other.post(`/api/platforms/${one.id}/test`)).status).toBe(200);
    const post = await write(client, one, `from ${first} ${randomUUID()}`);
    await tabs.there.waitFor('post:updated', (event) => event.post.id === post.id && event.post.status === 'published');
    await published(other, one, post.id);
    const answer = await write(other, one, 'back');
    await published(client, one, answer.id);
    expect(await postOf(client, one, answer.id)).toMatchObject({ content: 'back' });

    const pinned = await device.post(`/api/switch_platform/${one.id}`, { scope: 'session' });
    expect(pinned.status).toBe(200);
    await tabs.here.waitFor('platform:switched', ({ pinned_session_ids }) => pinned_session_ids?.length === 1);
    await client.post(`/api/switch_platform/${two.id}`);
    expect((await device.get('/api/session')).body).toMatchObject({
      platform: { id: one.id },
      session: { pinned: true },
    });

    await client.patch<PlatformView>(`/api/platforms/${two.id}`, { name: 'Renamed' });
    await tabs.there.waitFor('platforms:changed', ({ platforms }) => platforms.some(({ name }) => name === 'Renamed'));
    await eventually(() => expect(newest(tabs.there)).toBe(newest(tabs.here)));
  });

  it('extensions, devices, revocations and a new password', async () => {
    const { client, device, tabs } = await personAcross(...nodes());
    await client.post('/api/session/extend');
    await tabs.there.waitFor('session:extended');
    const sessions = await eventually(async () => {
      const { body } = await client.get<{ sessions: DeviceView[] }>('/api/sessions');
      expect(body.sessions.map(({ online }) => online)).toEqual([true, true]);
      return body.sessions;
    });
    const ended = sessions.find(({ current }) => !current)!;
    expect((await client.delete(`/api/sessions/${ended.id}`)).status).toBe(204);
    expect((await device.post('/api/session/extend')).status).toBe(401);
    expect(await tabs.ofDevice.waitFor('session:ended')).toMatchObject({ reason: 'revoked' });
    await tabs.ofDevice.closed;

    const again = client.device().at(device.url);
    await again.login();
    const tab = await openTab(again);
    const stolen = client.cookie;
    const change = { current_password: 'correct horse battery staple', new_password: 'another long sentence' };
    expect((await client.post('/api/auth/password', change)).status).toBe(200);
    expect(await tab.waitFor('session:ended')).toMatchObject({ reason: 'password_changed' });
    expect((await client.at(device.url).get('/api/session')).status).toBe(200);
    const thief = new TestClient(device.url);
    thief.cookie = stolen;
    await eventually(async () => expect((await thief.get('/api/session')).status).toBe(401));
  });
});

it('understands all that the other says', () => {
  for (const node of [before, after]) expect(node.output()).not.toMatch(/not understood|was ignored/);
});

it('starts an older node again on the newer tables, and goes on when the last one has gone', async () => {
  const client = new TestClient(before.url);
  await client.register();
  expect(await before.stop()).toBe(0);
  const again = await startNode(env, { main: previousMain });
  await hearing([again, after]);
  expect((await client.at(again.url).get('/api/session')).status).toBe(200);
  expect((await new TestClient(again.url).register()).status).toBe(201);
  expect(await again.stop()).toBe(0);
  expect((await client.at(after.url).get('/api/session')).status).toBe(200);
  expect(await after.stop()).toBe(0);
});
