/** Cross-site requests of a signed-in browser: encodings that the matrix of routes does not cover. */
import { type App, closeApps, DATABASES, startApp } from '../integration/support/app';
import { expectRow, secretOf } from '../integration/support/attack';
import { encryptionKey } from '../support/backends';
import { TestClient } from '../support/http-client';
import { startNode } from '../support/server';
import { closeTabs, openTab } from '../support/socket-client';
import { EVIL, PARTNER } from './support/forgeries';

const PASSWORD = 'correct horse battery staple';

let app: App;
let client: TestClient;
let own: string;

beforeAll(async () => {
  app = await startApp(await DATABASES[0]![1](), { ALLOWED_ORIGINS: PARTNER });
  own = new URL(app.url).origin;
  client = new TestClient(app.url);
  await client.register();
});
afterAll(async () => {
  closeTabs();
  await closeApps();
});

it('accepts no token in a JSON body or a query', async () => {
  const token = client.csrfToken!;
  const none = { 'x-csrftoken': undefined };
  const inBody = await client.post('/api/platforms', { csrf_token: token }, { headers: none });
  expectRow(inBody, 'CSRF_INVALID');
  const inQuery = await client.post(`/api/session/extend?csrf_token=${token}`, {}, { headers: none });
  expectRow(inQuery, 'CSRF_INVALID');
});

it('checks every encoding of the path', async () => {
  for (const path of ['/%61pi/session/extend', `${own}/api/session/extend`, '/api/session/extend?x=/client/']) {
    expectRow(await client.post(path, {}, { headers: { origin: EVIL } }), 'ORIGIN_REFUSED');
    expectRow(await client.post(path, {}, { headers: { 'x-csrftoken': 'x' } }), 'CSRF_INVALID');
  }
});

it('accepts our own pages, allowed origins and clients that are not browsers', async () => {
  const welcome = [
    { origin: own },
    { origin: own, 'sec-fetch-site': 'same-origin' },
    { origin: PARTNER, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    {},
  ];
  for (const headers of welcome) {
    expect((await client.post('/api/session/extend', {}, { headers })).status).toBe(200);
  }
});

it('allows credentialed CORS for the allowed origin only', async () => {
  const ask = (origin: string) =>
    fetch(`${app.url}/api/posts`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-csrftoken,x-platform-id',
      },
    });
  const asked = await ask(PARTNER);
  expect(asked.status).toBe(204);
  expect(Object.fromEntries(asked.headers)).toMatchObject({
    'access-control-allow-origin': PARTNER,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': expect.stringContaining('POST'),
    'access-control-allow-headers': 'content-type,x-csrftoken,x-platform-id',
    vary: expect.stringMatching(/origin/i),
  });
  const state = await client.get('/api/session', { headers: { origin: PARTNER } });
  expect([state.status, state.headers['access-control-allow-origin']]).toEqual([200, PARTNER]);
  for (const origin of [EVIL, 'null', `${PARTNER}.evil.example`, PARTNER.replace('https', 'http')]) {
    const refused = await ask(origin);
    const read = await client.get('/api/session', { headers: { origin } });
    expect([origin, refused.headers.get('access-control-allow-origin')]).toEqual([origin, null]);
    expect([origin, read.headers['access-control-allow-origin']]).toEqual([origin, undefined]);
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
  for (const path of ['/api/auth/login', '/api/auth/register', '/%61pi/auth/login', `${own}/api/auth/login`]) {
    const options = { headers: { 'content-type': type } };
    expectRow(await new TestClient(app.url).post(path, body, options), 'UNSUPPORTED_MEDIA_TYPE');
  }
});

it('opens no socket for a foreign page, and one for a page of ours or for no page', async () => {
  const foreign = [EVIL, 'null', `${own}.evil.example`, `${own}/`, 'http://partner.example', `${PARTNER}.evil.example`];
  for (const origin of foreign) {
    const socket = openTab(client, { origin });
    await expect(socket).rejects.toMatchObject({ data: { error_code: 'ORIGIN_REFUSED', success: false } });
  }
  const forwarded = openTab(client, { origin: EVIL, headers: { 'X-Forwarded-Host': 'evil.example' } });
  await expect(forwarded).rejects.toMatchObject({ data: { error_code: 'ORIGIN_REFUSED' } });
  for (const origin of [own, PARTNER, null]) {
    const tab = await openTab(client, { origin });
    expect((await tab.sync()).session.id).toEqual(expect.any(String));
    tab.close();
  }
});

it('accepts only configured origins in production, for requests and sockets', async () => {
  const node = await startNode({
    NODE_ENV: 'production',
    RATE_LIMITS: 'on',
    ENCRYPTION_KEYS: encryptionKey(),
    DATABASE_URL: 'sqlite:data/test.sqlite',
    PUBLIC_ORIGIN: 'https://social.example',
    ALLOWED_ORIGINS: PARTNER,
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
  for (const origin of [page.origin, PARTNER]) {
    expect((await client.post('/api/session/extend', {}, { headers: { origin } })).status).toBe(200);
    (await openTab(client, { origin })).close();
  }
  for (const origin of [`http://${host}`, `https://${host}`, `${page.origin}.evil.example`]) {
    expectRow(await client.post('/api/session/extend', {}, { headers: { origin } }), 'ORIGIN_REFUSED');
    await expect(openTab(client, { origin })).rejects.toMatchObject({ data: { error_code: 'ORIGIN_REFUSED' } });
  }
  await node.stop();
});
