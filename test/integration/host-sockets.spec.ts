/** Sockets of a host's own gateway that have authenticated themselves: none outlives its session, on any node. */
import { Module } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { io, type Socket } from 'socket.io-client';
import { UserSession } from '../../src/database/entities/user-session.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { ExpiryWatch } from '../../src/gateway/expiry-watch';
import type { EndReason } from '../../src/protocol/events';
import { HostSockets } from '../../src/session/host-sockets';
import { RequireSession } from '../../src/session/session.decorators';
import { SessionRepository } from '../../src/session/session.repository';
import { hashSecret, newSecret } from '../../src/session/session-token';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { createDatabase, type Redis, startRedis } from '../support/services';
import { closeTabs, openTab } from '../support/socket-client';
import { type App, closeApps, startApp } from './support/app';

@WebSocketGateway({ namespace: 'chat' })
class ChatGateway {
  @SubscribeMessage('join')
  @RequireSession()
  join() {
    return 'joined';
  }
}

@Module({ providers: [ChatGateway] })
class ChatModule {}

const PASSWORD = 'correct horse battery staple';
let redis: Redis;
let here: App;
let there: App;
let shortLived: App;
const sockets: Socket[] = [];

beforeAll(async () => {
  redis = await startRedis();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey() };
  const url = await createDatabase();
  here = await startApp(url, env, undefined, [ChatModule]);
  there = await startApp(url, env, undefined, [ChatModule]);
  shortLived = await startApp(await createDatabase(), { SESSION_IDLE_TIMEOUT: '3s' }, undefined, [ChatModule]);
  await eventually(async () => {
    for (const app of [here, there]) {
      expect((await new TestClient(app.url).get('/health/ready')).body).toMatchObject({ redis: 'up' });
    }
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  closeTabs();
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(async () => {
  await closeApps();
  await redis.stop();
});

async function joined({ url }: App) {
  const client = new TestClient(url);
  const { session } = (await client.register()).body;
  const socket = io(`${url}/chat`, {
    extraHeaders: { Cookie: client.cookie, Origin: url },
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
  });
  sockets.push(socket);
  const events: string[] = [];
  socket.onAny((name: string) => events.push(name));
  const closed = new Promise<string>((resolve) => socket.once('disconnect', resolve));
  expect(await socket.timeout(10_000).emitWithAck('join')).toBe('joined');
  return { client, sessionId: session.id, socket, events, closed };
}

type Joined = Awaited<ReturnType<typeof joined>>;

/** Changes the row alone, so that no node publishes an event. */
const changeRow = (app: App, id: string, values: Partial<UserSession>) =>
  app.get(UnitOfWork).write(async ({ em }) => void (await em.update(UserSession, { id }, values)));

const endInDatabase = (app: App, id: string, endReason: EndReason) =>
  changeRow(app, id, { endedAt: app.clock.now(), endReason });

/** Polls find nothing, so that only the event tells the node of a change. */
function byEventAlone(): void {
  const nothing = { ended: [], users: [], rekeyed: [], complete: true };
  jest.spyOn(here.get(SessionRepository), 'changesSince').mockResolvedValue(nothing);
}

function signOut({ client }: Joined, app: App) {
  byEventAlone();
  return client.at(app.url).post('/api/auth/logout');
}

async function changePassword({ client }: Joined, app: App) {
  byEventAlone();
  const passwords = { current_password: PASSWORD, new_password: `${PASSWORD} again` };
  expect((await client.at(app.url).post('/api/auth/password', passwords)).status).toBe(200);
}

it.each<[how: string, end: (joined: Joined) => Promise<unknown>]>([
  ['is signed out on the same node', (joined) => signOut(joined, here)],
  ['is signed out on another node', (joined) => signOut(joined, there)],
  ['ends in the database while the event is lost', ({ sessionId }) => endInDatabase(here, sessionId, 'revoked')],
])('disconnects them when the session %s, and sends them none of our events', async (_, end) => {
  const ended = await joined(here);
  const other = await joined(here);
  await end(ended);
  expect(await ended.closed).toBe('io server disconnect');
  expect(here.get(HostSockets).has(ended.sessionId)).toBe(false);
  expect(await other.socket.timeout(10_000).emitWithAck('join')).toBe('joined');
  expect([...ended.events, ...other.events]).toEqual([]);
});

it.each<[how: string, end: (joined: Joined) => Promise<unknown>]>([
  ['expires', async () => undefined],
  ['was ended as expired while the event is lost', ({ sessionId }) => endInDatabase(shortLived, sessionId, 'idle')],
])('disconnects them by the deadline when the session %s, without a tab of ours', async (_, end) => {
  const expired = await joined(shortLived);
  await end(expired);
  expect(await expired.closed).toBe('io server disconnect');
});

it.each<[how: string, rekey: (joined: Joined) => Promise<unknown>]>([
  ['on the same node', (joined) => changePassword(joined, here)],
  ['on another node', (joined) => changePassword(joined, there)],
  [
    'in the database while the event is lost',
    ({ sessionId }) => changeRow(here, sessionId, { tokenHash: hashSecret(newSecret()), rekeyedAt: here.clock.now() }),
  ],
])('closes them when the session is given a new secret %s', async (_, rekey) => {
  const rekeyed = await joined(here);
  await rekey(rekeyed);
  expect(await rekeyed.closed).toBe('transport close');
});

it('watches the deadline while a tab or a socket of the host is open, and keeps nothing of closed ones', async () => {
  const { client, sessionId, socket } = await joined(here);
  const watched = Reflect.get(here.get(ExpiryWatch), 'watched') as Map<string, unknown>;
  const kept = () => [watched.has(sessionId), here.get(HostSockets).has(sessionId)];
  const online = async () => {
    const { body } = await client.get<{ sessions: { online: boolean }[] }>('/api/sessions');
    return body.sessions.some((session) => session.online);
  };
  const tab = await openTab(client);
  await tab.waitFor('session:state');
  tab.close();
  await eventually(async () => expect(await online()).toBe(false));
  expect(kept()).toEqual([true, true]);
  socket.disconnect();
  await eventually(() => expect(kept()).toEqual([false, false]));
});
