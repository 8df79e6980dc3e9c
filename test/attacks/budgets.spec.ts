/** What one caller can make the server do has an end, for each kind of doing; others go on. */
import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'socket.io-client';
import { RATE_BUDGETS, SITE_FACTOR, SOCKET_BUDGETS, STORED_BUDGETS } from '../../src/cluster/budgets';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { type App, closeApps, DATABASES, startApp } from '../integration/support/app';
import { expectRow } from '../integration/support/attack';
import { type Household, household, upload } from '../integration/support/household';
import { eventually } from '../support/eventually';
import { type Answer, type Json, type RequestOptions, TestClient } from '../support/http-client';
import { sharedInstanceUrl } from '../support/shared-instances';
import { closeTabs, openTab, type Tab, type TabOptions } from '../support/socket-client';

/** Limits that a test reaches quickly. */
const FEW_POINTS = {
  writesPerPerson: 20,
  writesPerAddress: 30,
  instanceCallsPerPerson: 6,
  instanceCallsPerAddress: 9,
  unknownTokensPerAddress: 5,
  handshakesPerAddress: 9,
  handshakesPerSession: 7,
  messagesPerSession: 10,
  picturesPerPerson: 3,
} as const;
const FEW_SOCKETS = { perSession: 3, perPerson: 5, withoutSessionPerAddress: 4 };
const FEW_STORED = { connectionsPerPerson: 4, unusedFilesPerConnection: 3, unusedFilesPerPerson: 5 };

/** Before the application is created, which reads them. */
function limit(table: object, limits: object): void {
  for (const [name, value] of Object.entries(limits))
    jest.replaceProperty(table as Record<string, number>, name, value);
}

/** People and /64 networks that together exceed what a /48 may, and alone do not exceed what each of them may. */
const CROWD = 2 * SITE_FACTOR;

let app: App;
let addresses = 0;
/** Returns an address that no other request uses. */
const newAddress = () => `10.${++addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
/** Of one /48: those that are CROWD apart share a /64. */
const addressOf = (site: string, count: number) => `2001:db8:${site}:${count % CROWD}::${count + 1}`;
const from = (address: string): RequestOptions => ({ headers: { 'x-forwarded-for': address } });

/** Sends each request from a new address unless one is given. */
class Traveller extends TestClient {
  override request<T = Json>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const headers = { ...from(newAddress()).headers, ...options.headers };
    return super.request<T>(method, path, { ...options, headers });
  }
}

beforeAll(async () => {
  limit(SOCKET_BUDGETS, FEW_SOCKETS);
  limit(STORED_BUDGETS, FEW_STORED);
  for (const [name, points] of Object.entries(FEW_POINTS))
    limit(RATE_BUDGETS[name as keyof typeof FEW_POINTS], { points });
  app = await startApp(await DATABASES[0]![1](), { RATE_LIMITS: 'on', TRUST_PROXY: '1' });
});
afterEach(closeTabs);
afterAll(async () => {
  jest.restoreAllMocks();
  await closeApps();
});

async function person(): Promise<TestClient> {
  const client = new Traveller(app.url);
  await client.register();
  return client;
}

const extending = (client: TestClient, address = newAddress()) => client.post('/api/session/extend', {}, from(address));
const connecting = (client: TestClient, address = newAddress()) =>
  client.post(
    '/api/platforms/connect',
    { platform_type: 'mastodon', instance_url: 'https://gone.invalid' },
    from(address),
  );

describe.each<[string, number, number, (client: TestClient, address?: string) => Promise<Answer<Json>>]>([
  ['requests that may change something', 20, 30, extending],
  ['requests that call an instance', 6, 9, connecting],
])('%s', (_, perPerson, perAddress, ask) => {
  it('are limited per user, across addresses and sessions; other users and reads are not affected', async () => {
    const client = await person();
    const phone = client.device('phone');
    await phone.login();
    for (let count = 0; count < perPerson; count++) {
      expect((await ask(count % 2 ? phone : client)).body.error_code).not.toBe('RATE_LIMITED');
    }
    const refused = await ask(client);
    expectRow(refused, 'RATE_LIMITED');
    expect(refused.body.retry_after).toEqual(expect.any(Number));
    expect(refused.headers['retry-after']).toBe(String(refused.body.retry_after));
    expect((await client.get('/api/session')).status).toBe(200);
    expect((await ask(await person())).body.error_code).not.toBe('RATE_LIMITED');
    // Signing out is never limited.
    expect((await client.post('/api/auth/logout')).status).toBe(204);
  });

  it('are limited per address, across users', async () => {
    const address = newAddress();
    const crowd = await Promise.all([person(), person()]);
    for (let count = 0; count < perAddress; count++) {
      expect((await ask(crowd[count % 2]!, address)).body.error_code).not.toBe('RATE_LIMITED');
    }
    expectRow(await ask(await person(), address), 'RATE_LIMITED');
    expect((await ask(await person())).body.error_code).not.toBe('RATE_LIMITED');
  });

  it('are bounded by the /48 of IPv6, whatever /64 they come from', async () => {
    const site = `${perAddress}`;
    const crowd = await Promise.all(Array.from({ length: CROWD }, person));
    for (let count = 0; count < SITE_FACTOR * perAddress; count++) {
      expect((await ask(crowd[count % CROWD]!, addressOf(site, count))).body.error_code).not.toBe('RATE_LIMITED');
    }
    const another = await person();
    expectRow(await ask(another, `2001:db8:${site}:ff::1`), 'RATE_LIMITED');
    expect((await ask(another, '2001:db8:cc:ff::1')).body.error_code).not.toBe('RATE_LIMITED');
  });
});

it('lets cookies that nobody has be tried a bounded number of times from a /48, and asks no database then', async () => {
  const client = await person();
  const read = jest.spyOn(app.get<UnitOfWork>(UnitOfWork), 'read');
  const guess = (address: string) => {
    const cookie = `vedfolnir_session=${randomBytes(32).toString('base64url')}`;
    return new TestClient(app.url).get('/api/session', { headers: { ...from(address).headers, cookie } });
  };
  for (let count = 0; count < SITE_FACTOR * FEW_POINTS.unknownTokensPerAddress; count++)
    expectRow(await guess(addressOf('dd', count)), 'SESSION_INVALID');
  expectRow(await guess('2001:db8:dd:aa::1'), 'RATE_LIMITED');
  read.mockClear();
  for (const network of ['bb', 'cc']) expectRow(await guess(`2001:db8:dd:${network}::1`), 'RATE_LIMITED');
  expect(read).not.toHaveBeenCalled();
  read.mockRestore();
  expect((await client.get('/api/session', from('2001:db8:dd:aa::1'))).status).toBe(200);
  expectRow(await guess('2001:db8:ee:aa::1'), 'SESSION_INVALID');
});

it('lets reset links that nobody has be tried a bounded number of times', async () => {
  const guess = () =>
    new TestClient(app.url).post(
      '/api/auth/reset',
      { token: randomBytes(32).toString('base64url'), new_password: 'a new long password' },
      from('2001:db8:ab::1'),
    );
  for (let count = 0; count < 5; count++) expectRow(await guess(), 'VALIDATION_ERROR');
  expectRow(await guess(), 'RATE_LIMITED');
});

it('does not count forged requests of other sites', async () => {
  const client = await person();
  for (let count = 0; count < 25; count++) {
    const forged = { headers: { 'x-csrftoken': 'forged' } };
    expectRow(await client.post('/api/session/extend', {}, forged), 'CSRF_INVALID');
  }
  expect((await extending(client)).status).toBe(200);
});

it.each<[string, (home: Household) => Promise<Answer<Json>>]>([
  ['test', ({ client, platforms }) => client.post(`/api/platforms/${platforms[0]!.id}/test`)],
  ['import', ({ client, platforms }) => client.post(`/api/platforms/${platforms[0]!.id}/import`)],
  [
    'a new token',
    ({ client, platforms }) => client.patch(`/api/platforms/${platforms[0]!.id}`, { access_token: randomUUID() }),
  ],
  ['coming back from an instance', ({ client }) => client.get('/platforms/callback/x?state=x&code=x')],
])('counts %s among the calls of an instance', async (_, ask) => {
  const home = await household(app.url, await person());
  const codes: unknown[] = [];
  // Connecting the three platforms took three.
  for (let count = 0; count < 4; count++) codes.push((await ask(home)).body.error_code);
  expect(codes.slice(0, 3)).not.toContain('RATE_LIMITED');
  expect(codes[3]).toBe('RATE_LIMITED');
});

describe('what is kept', () => {
  it('is a limited number of connections; removing one allows another', async () => {
    const { client, platforms } = await household(app.url, await person());
    const form = (name: string) => ({
      name,
      platform_type: 'mastodon',
      instance_url: sharedInstanceUrl(),
      access_token: name,
    });
    expect((await client.post('/api/platforms', form('four'))).status).toBe(201);
    const refused = await client.post('/api/platforms', form('five'));
    expectRow(refused, 'VALIDATION_ERROR');
    expect(refused.body.details).toEqual([expect.objectContaining({ limit: 4, count: 5 })]);
    await client.delete(`/api/platforms/${platforms[0]!.id}`);
    expect((await client.post('/api/platforms', form('six'))).status).toBe(201);
  });

  it('is a limited number of files without a post, per connection and per user', async () => {
    const { client, platforms } = await household(app.url, await person());
    const [first, second, third] = platforms.map(({ id }) => id) as [number, number, number];
    const refused = (id: number) => expect(upload(client, id)).rejects.toThrow(/VALIDATION_ERROR/);
    // One exists from the beginning.
    await Promise.all([upload(client, first), upload(client, first)]);
    await refused(first);
    await upload(client, second);
    await upload(client, second);
    await refused(third);
  });
});

describe('sockets', () => {
  const refusal = { data: { error_code: 'RATE_LIMITED', retry_after: expect.any(Number) } };
  const at = (address: string): TabOptions => ({ headers: { 'X-Forwarded-For': address } });

  it('are limited per session and per user; closing one allows another', async () => {
    const laptop = await person();
    const phone = laptop.device('phone');
    await phone.login();
    const tabs = await Promise.all([1, 2, 3].map(() => openTab(laptop, at(newAddress()))));
    await expect(openTab(laptop, at(newAddress()))).rejects.toMatchObject(refusal);
    await openTab(phone, at(newAddress()));
    await openTab(phone, at(newAddress()));
    await expect(openTab(phone, at(newAddress()))).rejects.toMatchObject(refusal);
    await openTab(await person(), at(newAddress()));
    tabs[0]!.close();
    await eventually(() => openTab(phone, at(newAddress())));
  });

  it('can be opened a limited number of times per address and session', async () => {
    const address = newAddress();
    for (let count = 0; count < 9; count++) {
      const nobody = openTab({ url: app.url, cookie: '' }, at(address));
      await expect(nobody).rejects.toMatchObject({ data: { error_code: 'AUTHENTICATION_REQUIRED' } });
    }
    const client = await person();
    await expect(openTab(client, at(address))).rejects.toMatchObject(refusal);
    for (let count = 0; count < 7; count++) (await openTab(client, at(newAddress()))).close();
    await expect(openTab(client, at(newAddress()))).rejects.toMatchObject(refusal);
  });

  it('without a session are limited per address; sockets with a session do not count', async () => {
    const address = newAddress();
    for (const client of [await person(), await person()]) {
      await openTab(client, at(address));
      await openTab(client, at(address));
    }
    const silent = await Promise.all(Array.from({ length: 6 }, () => openEngine(address)));
    await eventually(() => expect(silent.filter(({ closed }) => closed)).toHaveLength(2));
    const people = await person();
    await expect(openTab(people, at(address))).rejects.toThrow();
    for (const each of silent) each.close();
    await eventually(() => openTab(people, at(address)));
  });

  it('without a session are a bounded number at a time from a /48, whatever /64 they come from', async () => {
    const most = SITE_FACTOR * FEW_SOCKETS.withoutSessionPerAddress;
    const silent = await Promise.all(Array.from({ length: most + 3 }, (_, count) => openEngine(addressOf('5', count))));
    await eventually(() => expect(silent.filter(({ closed }) => closed)).toHaveLength(3));
    const people = await person();
    const elsewhereHere = '2001:db8:5:ff::1';
    await expect(openTab(people, at(elsewhereHere))).rejects.toThrow();
    await openTab(people, at('2001:db8:6:ff::1'));
    for (const each of silent) each.close();
    await eventually(() => openTab(people, at(elsewhereHere)));
  });

  it('are opened a bounded number of times from a /48', async () => {
    const nobody = { url: app.url, cookie: '' };
    for (let count = 0; count < SITE_FACTOR * FEW_POINTS.handshakesPerAddress; count++) {
      const refused = { data: { error_code: 'AUTHENTICATION_REQUIRED' } };
      await expect(openTab(nobody, at(addressOf('7', count)))).rejects.toMatchObject(refused);
    }
    await expect(openTab(nobody, at('2001:db8:7:ff::1'))).rejects.toMatchObject(refusal);
  });

  it('of one session say a bounded number of messages, of whatever name', async () => {
    const client = await person();
    const [tab, second] = await Promise.all([1, 2].map(() => openTab(client, at(newAddress()))));
    const say = (from: Tab | undefined, count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const socket = from!.socket as unknown as Socket;
          const name = ['session:sync', 'session:activity', 'unknown'][index % 3]!;
          return ((await socket.timeout(5000).emitWithAck(name, {})) as { error_code?: string }).error_code;
        }),
      );
    const codes = await say(tab, 15);
    expect(codes.slice(0, 10)).not.toContain('RATE_LIMITED');
    expect(codes.slice(10)).toEqual(Array(5).fill('RATE_LIMITED'));
    expect(await say(second, 1)).toEqual(['RATE_LIMITED']);
    const other = await openTab(await person(), at(newAddress()));
    expect((await other.sync()).authenticated).toBe(true);
  });

  it('that go on regardless are closed', async () => {
    const tab = await openTab(await person(), at(newAddress()));
    for (let count = 0; count < 40; count++) (tab.socket as unknown as Socket).emit('session:sync', {});
    await tab.closed;
    await openTab(await person(), at(newAddress()));
  });

  /** A connection of the engine that joins no namespace. */
  async function openEngine(address: string) {
    const { hostname, port, host } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const lines = [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: ${host}`,
      `X-Forwarded-For: ${address}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ];
    const state = { closed: false, close: () => socket.destroy() };
    socket.on('error', () => {});
    await new Promise<void>((resolve) => {
      socket.once('close', () => Object.assign(state, { closed: true }));
      socket.once('data', () => resolve());
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    return state;
  }
});
