/** Requests that another site makes a signed-in browser send. */
import { csrfToken } from '../../src/session/session-token';
import { BACKENDS, encryptionKey, type Running } from '../support/backends';
import { TestClient } from '../support/http-client';
import { startNode } from '../support/server';
import { openTab } from '../support/socket-client';
import { belongings, expectRow, secretOf, startEmpty } from './support/attack';
import {
  existing,
  type Household,
  household,
  send,
  type UnsafeRoute,
  unknownToken,
  unsafeRoutes,
} from './support/routes';

const EVIL = 'https://evil.example';
const PASSWORD = 'correct horse battery staple';

describe.each(BACKENDS)('$name', (backend) => {
  let running: Running;
  let home: Household;
  let routes: UnsafeRoute[];
  let before: unknown;
  let strangersToken: string;
  const own = () => `http://${new URL(home.client.url).host}`;

  beforeAll(async () => {
    running = await startEmpty(backend, { ALLOWED_ORIGINS: 'https://partner.example' });
    // The first account: an admin, so that no route refuses for want of rights.
    home = await household(running.nodes[0]!.url);
    routes = await existing(home.client.url, unsafeRoutes(home));
    const stranger = new TestClient(running.nodes[0]!.url);
    await stranger.register();
    strangersToken = stranger.csrfToken!;
    before = await belongings(home.client);
  });
  afterAll(() => running.stop());

  /** Sends all routes and holds every one of them to the refusal, and what the person has to what it was. */
  async function expectRefused(code: 'CSRF_INVALID' | 'ORIGIN_REFUSED', headers: Record<string, string | undefined>) {
    expect(routes.length).toBeGreaterThanOrEqual(20);
    for (const route of routes) {
      const answer = await send(home.client, route, { headers });
      expect([route.name, answer.status, answer.body.error_code]).toEqual([route.name, 403, code]);
      expectRow(answer, code);
    }
    expect(await belongings(home.client)).toEqual(before);
    expect((await home.device.get('/api/session')).status).toBe(200);
  }

  it.each<[string, () => Record<string, string | undefined>]>([
    ['no token', () => ({ 'x-csrftoken': undefined })],
    ['an empty token', () => ({ 'x-csrftoken': '' })],
    ['a made-up token', unknownToken],
    ["a stranger's token", () => ({ 'x-csrftoken': strangersToken })],
    ['the token of another session of the same person', () => ({ 'x-csrftoken': home.device.csrfToken })],
    ['the token twice', () => ({ 'x-csrftoken': `${home.client.csrfToken}, ${home.client.csrfToken}` })],
    ['the token in other letters', () => ({ 'x-csrftoken': home.client.csrfToken!.toUpperCase() })],
    ['a part of the token', () => ({ 'x-csrftoken': home.client.csrfToken!.slice(0, -1) })],
    ['the public id of the session', () => ({ 'x-csrftoken': home.deviceSession })],
    ['a token of nothing', () => ({ 'x-csrftoken': csrfToken('') })],
  ])('refuses every unsafe route with %s', async (_, headers) => {
    await expectRefused('CSRF_INVALID', headers());
  });

  it('would do what each of these routes asks for, if it had the right token', async () => {
    for (const { name } of routes) {
      const fresh = await household(home.client.url, new TestClient(home.client.url));
      const answer = await send(fresh.client, unsafeRoutes(fresh).find((route) => route.name === name)!);
      const inside = ['FORBIDDEN', 'PLATFORM_UNREACHABLE', 'POST_NOT_FAILED'];
      const reached = answer.status < 400 || inside.includes(String(answer.body.error_code));
      expect([name, reached, answer.text]).toEqual([name, true, answer.text]);
    }
  });

  it('takes no token out of a JSON body or a query', async () => {
    const token = home.client.csrfToken!;
    const none = { 'x-csrftoken': undefined };
    const inBody = await home.client.post('/api/platforms', { csrf_token: token }, { headers: none });
    expectRow(inBody, 'CSRF_INVALID');
    const inQuery = await home.client.post(`/api/session/extend?csrf_token=${token}`, {}, { headers: none });
    expectRow(inQuery, 'CSRF_INVALID');
  });

  it.each<[string, () => Record<string, string>]>([
    ['a foreign origin', () => ({ origin: EVIL })],
    ['the null origin', () => ({ origin: 'null' })],
    ['an empty origin', () => ({ origin: '' })],
    ['an origin that begins like ours', () => ({ origin: `${own()}.evil.example` })],
    ['our host on another port', () => ({ origin: 'http://127.0.0.1:1' })],
    ['our origin with a path', () => ({ origin: `${own()}/` })],
    ['our origin and a foreign one', () => ({ origin: `${own()}, ${EVIL}` })],
    ['an allowed origin over plain HTTP', () => ({ origin: 'http://partner.example' })],
    ['a foreign origin that forwards our host', () => ({ origin: EVIL, 'x-forwarded-host': 'evil.example' })],
    ['a cross-site fetch without an origin', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['a same-site fetch without an origin', () => ({ 'sec-fetch-site': 'same-site' })],
  ])('refuses every unsafe route from %s, also with the right token', async (_, headers) => {
    await expectRefused('ORIGIN_REFUSED', headers());
    const accounts = { username: 'forged', email: 'forged@example.org', password: PASSWORD };
    const fresh = new TestClient(home.client.url);
    const registered = await fresh.post('/api/auth/register', accounts, { headers: headers() });
    const signedIn = await fresh.post(
      '/api/auth/login',
      { username: 'forged', password: PASSWORD },
      { headers: headers() },
    );
    for (const answer of [registered, signedIn]) {
      expectRow(answer, 'ORIGIN_REFUSED');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('is not led astray by the spelling of the path', async () => {
    for (const path of ['/%61pi/session/extend', `${own()}/api/session/extend`, '/api/session/extend?x=/client/']) {
      expectRow(await home.client.post(path, {}, { headers: { origin: EVIL } }), 'ORIGIN_REFUSED');
      expectRow(await home.client.post(path, {}, { headers: { 'x-csrftoken': 'x' } }), 'CSRF_INVALID');
    }
  });

  it('lets our own pages, allowed origins and callers that are no browsers pass', async () => {
    const welcome = [
      { origin: own() },
      { origin: own(), 'sec-fetch-site': 'same-origin' },
      { origin: 'https://partner.example', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      {},
    ];
    for (const headers of welcome) {
      expect((await home.client.post('/api/session/extend', {}, { headers })).status).toBe(200);
    }
  });

  it.each([
    ['application/x-www-form-urlencoded', 'username=u&password=p'],
    ['Application/X-WWW-Form-Urlencoded', 'username=u&password=p'],
    ['application/x-www-form-urlencoded; charset=utf-8', 'username=u&password=p'],
    ['text/plain', '{"username":"u","password":"p"}'],
    ['text/plain; application/json', '{"username":"u","password":"p"}'],
    ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nu\r\n--x--\r\n'],
    ['text/html', '{"username":"u","password":"p"}'],
  ])('takes no %s to sign in or register, whatever the path is spelt like', async (type, body) => {
    for (const path of ['/api/auth/login', '/api/auth/register', '/%61pi/auth/login', `${own()}/api/auth/login`]) {
      const options = { headers: { 'content-type': type } };
      expectRow(await new TestClient(home.client.url).post(path, body, options), 'UNSUPPORTED_MEDIA_TYPE');
    }
  });

  it('opens no socket for a foreign page, and one for a page of ours or for no page', async () => {
    for (const origin of [EVIL, 'null', `${own()}.evil.example`, `${own()}/`, 'http://partner.example']) {
      const socket = openTab(home.client, { origin });
      await expect(socket).rejects.toMatchObject({ data: { error_code: 'ORIGIN_REFUSED', success: false } });
    }
    const forwarded = openTab(home.client, { origin: EVIL, headers: { 'X-Forwarded-Host': 'evil.example' } });
    await expect(forwarded).rejects.toMatchObject({ data: { error_code: 'ORIGIN_REFUSED' } });
    for (const origin of [own(), 'https://partner.example', null]) {
      const tab = await openTab(home.client, { origin });
      expect((await tab.sync()).session.id).toEqual(expect.any(String));
      tab.close();
    }
  });
});

it('believes in production the configured origins alone, on requests and on sockets', async () => {
  const node = await startNode({
    NODE_ENV: 'production',
    RATE_LIMITS: 'on',
    ENCRYPTION_KEYS: encryptionKey(),
    DATABASE_URL: 'sqlite:data/test.sqlite',
    PUBLIC_ORIGIN: 'https://social.example',
    ALLOWED_ORIGINS: 'https://partner.example',
  });
  const client = new TestClient(node.url);
  const { host } = new URL(node.url);
  const page = { origin: 'https://social.example' };
  const form = { username: 'owner', email: 'owner@example.org', password: PASSWORD };
  for (const origin of [`http://${host}`, `https://${host}`, EVIL]) {
    expectRow(await client.post('/api/auth/register', form, { headers: { origin } }), 'ORIGIN_REFUSED');
  }
  expect((await client.post('/api/auth/register', form, { headers: page })).status).toBe(201);
  expect(secretOf(client)).toBe('');
  for (const origin of [page.origin, 'https://partner.example']) {
    expect((await client.post('/api/session/extend', {}, { headers: { origin } })).status).toBe(200);
    (await openTab(client, { origin })).close();
  }
  for (const origin of [`http://${host}`, `https://${host}`]) {
    expectRow(await client.post('/api/session/extend', {}, { headers: { origin } }), 'ORIGIN_REFUSED');
    await expect(openTab(client, { origin })).rejects.toMatchObject({ data: { error_code: 'ORIGIN_REFUSED' } });
  }
  await node.stop();
});
