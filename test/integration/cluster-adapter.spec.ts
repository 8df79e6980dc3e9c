/** Two nodes in this process, on one database and one Redis: what they tell each other, and what no one else gets. */
import { Module } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { VedfolnirEvents } from '../../src/common/vedfolnir-events';
import { User } from '../../src/database/entities/user.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { SessionGateway } from '../../src/gateway/session.gateway';
import { Tabs } from '../../src/gateway/tabs';
import type { DeviceView, PlatformView, RestSessionState } from '../../src/protocol/http';
import { ChangeFeed } from '../../src/session/cache/change-feed';
import { CurrentSession } from '../../src/session/request-session';
import { RequireRecentLogin, RequireSession } from '../../src/session/session.decorators';
import type { SessionContext } from '../../src/session/session-context';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { createDatabase, type Redis, startRedis } from '../support/services';
import { closeTabs, openTab, type Tab } from '../support/socket-client';
import { type App, closeApps, HOUR, startApp } from './support/app';
import { connectPlatforms } from './support/scenario';

/** Of a host: on a namespace of its own, with clients that begin with long polling. */
@WebSocketGateway({ namespace: 'chat' })
class ChatGateway {
  @WebSocketServer()
  readonly namespace!: Namespace;

  @SubscribeMessage('ban')
  @RequireSession({ role: 'admin' })
  ban() {
    return 'banned';
  }

  @SubscribeMessage('wipe')
  @RequireSession()
  @RequireRecentLogin('1h')
  wipe() {
    return 'wiped';
  }

  @SubscribeMessage('say')
  @RequireSession()
  say(
    @CurrentSession() session: SessionContext,
    @MessageBody() { text }: { text: string },
    @ConnectedSocket() socket: Socket,
  ) {
    return { from: session.user.username, text, cookie: socket.handshake.headers.cookie ?? null };
  }
}

@Module({ providers: [ChatGateway] })
class ChatModule {}

let redis: Redis;
let here: App;
let there: App;

beforeAll(async () => {
  redis = await startRedis();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey() };
  const url = await createDatabase();
  here = await startApp(url, env, undefined, [ChatModule]);
  there = await startApp(url, env, undefined, [ChatModule]);
  await eventually(async () => {
    for (const app of [here, there]) {
      expect((await new TestClient(app.url).get('/health/ready')).body).toMatchObject({ redis: 'up' });
    }
  });
});
afterEach(closeTabs);
afterAll(async () => {
  await closeApps();
  await redis.stop();
});

async function person() {
  const client = new TestClient(here.url);
  await client.register();
  return { client, platforms: (await connectPlatforms(client)) as [PlatformView, PlatformView, PlatformView] };
}

const messages = (tab: Tab) => tab.of('app:message').map(({ name }) => name);

it("brings a host's message to the tabs that it is for, on every node", async () => {
  const { client, platforms } = await person();
  const phone = client.device('phone');
  await phone.login();
  await phone.post(`/api/switch_platform/${platforms[1].id}`, { scope: 'session' });
  const { id: phoneSession } = (await phone.get<RestSessionState>('/api/session')).body.session;
  const { user } = (await client.get<RestSessionState>('/api/session')).body;
  const stranger = await person();
  const laptopTabs = [await openTab(client), await openTab(client.at(there.url))];
  const phoneTabs = [await openTab(phone), await openTab(phone.at(there.url))];
  const strangersTab = await openTab(stranger.client);
  for (const tab of [...laptopTabs, ...phoneTabs, strangersTab]) await tab.waitFor('session:state');

  const tabs = here.get(Tabs);
  await tabs.ofPlatform(user.id, platforms[2].id).emit('nobody');
  await tabs.ofPlatform(user.id, platforms[1].id).emit('platform');
  await tabs.ofSession(phoneSession).emit('session');
  await tabs.ofUser(user.id).emit('user', { id: 7 });
  for (const tab of [...laptopTabs, ...phoneTabs]) {
    expect(await tab.waitFor('app:message', ({ name }) => name === 'user')).toEqual({
      name: 'user',
      payload: { id: 7 },
    });
  }
  expect(laptopTabs.map(messages)).toEqual([['user'], ['user']]);
  expect(phoneTabs.map(messages)).toEqual([
    ['platform', 'session', 'user'],
    ['platform', 'session', 'user'],
  ]);
  await strangersTab.sync();
  expect(messages(strangersTab)).toEqual([]);
});

it('tells a host what happened on the node where it happened, and there alone, until it is undone', async () => {
  const heard: string[] = [];
  const undo = [here, there].flatMap((app) =>
    (['session.created', 'platform.switched', 'session.ended'] as const).map((name) =>
      app.get(VedfolnirEvents).on(name, (event) => {
        heard.push(`${app === here ? 'here' : 'there'}: ${name} ${'tokenHash' in event}`);
      }),
    ),
  );
  const { client, platforms } = await person();
  const tab = await openTab(client.at(there.url));
  await client.at(there.url).post(`/api/switch_platform/${platforms[1].id}`);
  await client.post('/api/auth/logout');
  await tab.closed;
  const expected = ['here: session.created', 'there: platform.switched', 'here: session.ended'];
  expect(heard).toEqual(expected.map((each) => `${each} false`));
  for (const each of undo) each();
  await person();
  expect(heard).toHaveLength(expected.length);
});

it('sends the state again to no tab that got the push', async () => {
  const { client, platforms } = await person();
  const tabs = [await openTab(client), await openTab(client.at(there.url))];
  for (const tab of tabs) await tab.waitFor('session:state');
  await client.post(`/api/switch_platform/${platforms[1].id}`);
  for (const tab of tabs) await tab.waitFor('platform:switched');
  let comparisons = 0;
  for (const app of [here, there]) app.get(ChangeFeed).onChanges(() => void comparisons++);
  await eventually(() => expect(comparisons).toBeGreaterThanOrEqual(6));
  expect(tabs.map((tab) => tab.of('session:state').length)).toEqual([1, 1]);
});

it('sees a device online whatever node its socket is on', async () => {
  const { client } = await person();
  const phone = client.device('phone');
  await phone.login();
  const online = async () => {
    const { body } = await client.get<{ sessions: DeviceView[] }>('/api/sessions');
    return body.sessions.map((session) => session.online);
  };
  expect(await online()).toEqual([false, false]);
  const tab = await openTab(phone.at(there.url));
  await eventually(async () => expect((await online()).filter(Boolean)).toHaveLength(1));
  const started = performance.now();
  await online();
  // For a node that does not answer, the library would wait for 5 s.
  expect(performance.now() - started).toBeLessThan(4000);
  tab.close();
  await eventually(async () => expect(await online()).toEqual([false, false]));
});

it('hands no cookie to another node', async () => {
  const { client } = await person();
  await openTab(client);
  await openTab(client.at(there.url));
  const namespace = Reflect.get(here.get(SessionGateway), 'namespace') as Namespace;
  const sockets = await namespace.fetchSockets();
  expect(sockets.length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(sockets.map(({ handshake }) => handshake))).not.toContain(client.cookie.split('=')[1]);
  expect(sockets.map(({ handshake }) => handshake.headers.cookie)).toEqual(sockets.map(() => undefined));
});

describe("a host's own gateway", () => {
  const chat = async (
    client: Pick<TestClient, 'url' | 'cookie'>,
    headers: Record<string, string> = {},
    message = 'say',
  ) => {
    const socket = io(`${client.url}/chat`, {
      extraHeaders: { Cookie: `${client.cookie}; theme=dark`, Origin: client.url, ...headers },
      forceNew: true,
      reconnection: false,
      transports: ['websocket'],
    });
    try {
      return await socket.timeout(10_000).emitWithAck(message, { text: 'hello' });
    } finally {
      socket.disconnect();
    }
  };

  it('takes messages of signed-in people, and leaves the cookies of others', async () => {
    const { client } = await person();
    const { user } = (await client.get<RestSessionState>('/api/session')).body;
    expect(await chat(client)).toEqual({ from: user.username, text: 'hello', cookie: 'theme=dark' });
  });

  it('refuses what is only for administrators, or for those who have signed in recently', async () => {
    const admin = new TestClient(here.url);
    await admin.register();
    const { client } = await person();
    await here.get(UnitOfWork).write(async ({ em }) => {
      const { user } = (await admin.get<RestSessionState>('/api/session')).body;
      await em.update(User, { id: user.id }, { role: 'admin' });
    });
    expect(await chat(admin, {}, 'ban')).toBe('banned');
    expect(await chat(client, {}, 'ban')).toMatchObject({ error_code: 'FORBIDDEN' });
    expect(await chat(client, {}, 'wipe')).toBe('wiped');
    here.clock.advance(2 * HOUR);
    expect(await chat(client, {}, 'wipe')).toMatchObject({ error_code: 'REAUTHENTICATION_REQUIRED' });
  });

  it('refuses one without a session, from another origin, or after the session has ended', async () => {
    const { client } = await person();
    expect(await chat(new TestClient(here.url))).toMatchObject({ error_code: 'AUTHENTICATION_REQUIRED' });
    const foreign = { Origin: 'https://evil.example' };
    expect(await chat(client, foreign)).toMatchObject({ error_code: 'ORIGIN_REFUSED' });
    const { url, cookie } = client;
    expect((await client.post('/api/auth/logout')).status).toBe(204);
    expect(await chat({ url, cookie })).toMatchObject({ error_code: 'SESSION_REVOKED' });
  });
});
