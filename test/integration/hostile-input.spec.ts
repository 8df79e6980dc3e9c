/** Requests made to break the server: refused by a row of the error table, and nobody else notices. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { PlatformView, RestSessionState } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { type Json, TestClient } from '../support/http-client';
import { rawBytes, rawRequest } from '../support/raw-request';
import { FULL } from '../support/scale';
import { sharedInstanceUrl } from '../support/shared-instances';
import { belongings, expectRefusal, expectRow, secretOf, startEmpty } from './support/attack';
import { HOSTILE_BODIES, HOSTILE_VALUES, hostileBytes } from './support/hostile';
import { type Household, household } from './support/household';

/** Before the memory is measured, and again after it. */
const REQUESTS = FULL ? 2000 : 400;

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  let bystander: Household;
  let before: unknown;
  let client: TestClient;
  let platforms: PlatformView[];
  let image: number;
  let role: string;
  const heard = new Map<string, number>();
  const node = () => running.nodes[0]!;

  beforeAll(async () => {
    running = await startEmpty(backend);
    bystander = await household(node().url);
    before = await belongings(bystander.client);
    ({ client, platforms, image } = await household(node().url, new TestClient(node().url)));
    role = (await client.get<RestSessionState>('/api/session')).body.user.role;
  });
  afterAll(() => running.stop());

  afterEach(async () => {
    for (const { url, output } of running.nodes) {
      expect((await new TestClient(url).get('/health/live')).status).toBe(200);
      // No fault of ours was met, nor hidden behind another answer.
      const said = output();
      const faults = said.slice(heard.get(url)).match(/.*"level":[56]0.*/g);
      heard.set(url, said.length);
      expect(faults).toBeNull();
    }
    expect(await belongings(bystander.client)).toEqual(before);
  });

  it.each<[string, 'AUTHENTICATION_REQUIRED' | 'SESSION_INVALID', (secret: string) => string]>([
    ['empty', 'AUTHENTICATION_REQUIRED', () => 'vedfolnir_session='],
    ['a bare name', 'AUTHENTICATION_REQUIRED', () => 'vedfolnir_session'],
    ['signs alone', 'AUTHENTICATION_REQUIRED', () => ';;;==;=;'],
    ['of the other name', 'AUTHENTICATION_REQUIRED', (secret) => `__Host-vedfolnir=${secret}`],
    ['of a name in capitals', 'AUTHENTICATION_REQUIRED', (secret) => `VEDFOLNIR_SESSION=${secret}`],
    ['named __proto__', 'AUTHENTICATION_REQUIRED', (secret) => `__proto__=${secret}; constructor=x; toString=y`],
    ['of 8 KB', 'SESSION_INVALID', () => `vedfolnir_session=${'A'.repeat(8192)}`],
    ['too short by one', 'SESSION_INVALID', (secret) => `vedfolnir_session=${secret.slice(1)}`],
    ['too long by one', 'SESSION_INVALID', (secret) => `vedfolnir_session=${secret}A`],
    ['in escapes that are none', 'SESSION_INVALID', () => 'vedfolnir_session=%zz%00%'],
    ['in other letters', 'SESSION_INVALID', () => `vedfolnir_session=${'é'.repeat(43)}`],
    ['of SQL', 'SESSION_INVALID', () => "vedfolnir_session=' OR '1'='1"],
    ['preceded by another', 'SESSION_INVALID', (secret) => `vedfolnir_session=x; vedfolnir_session=${secret}`],
    ['of a thousand', 'SESSION_INVALID', () => Array.from({ length: 500 }, () => 'vedfolnir_session=x').join('; ')],
  ])('a cookie that is %s says nothing: %s', async (_, code, cookie) => {
    const headers = { cookie: cookie(secretOf(client)) };
    expectRow(await new TestClient(node().url).get('/api/session', { headers }), code);
    expectRow(await client.post('/api/session/extend', {}, { headers }), code);
  });

  it.each<[string, string | string[]]>([
    ['a word', 'abc'],
    ['a negative number', '-1'],
    ['zero', '0'],
    ['an exponent', '1e3'],
    ['hexadecimal', '0x1'],
    ['a fraction', '1.0'],
    ['too large', '99999999999999999999'],
    ['two', '1, 2'],
    ['repeated', ['1', '2']],
    ['SQL', '1 OR 1=1'],
    ['an escape', '%31'],
    ['huge', '9'.repeat(10_000)],
    ['not ASCII', 'é'],
  ])('X-Platform-Id that is %s names nothing', async (_, value) => {
    for (const pinned of [undefined, 'true', 'yes', 'true, true']) {
      const headers = { 'x-platform-id': value, 'x-platform-pinned': pinned };
      expectRow(await client.post('/api/posts', { content: 'x' }, { headers }), 'VALIDATION_ERROR');
      expectRow(await client.get('/api/posts', { headers }), 'VALIDATION_ERROR');
    }
  });

  it('headers that mean nothing do nothing', async () => {
    const other = platforms[1]!.id;
    for (const value of ['', 'x'.repeat(8000), '../../x', '<script>', '1, 1']) {
      for (const name of ['x-tab-id', 'x-background', 'x-real-ip', 'x-forwarded-proto', 'forwarded']) {
        const answer = await client.post(`/api/switch_platform/${other}`, {}, { headers: { [name]: value } });
        expect([name, answer.status]).toEqual([name, 200]);
      }
    }
    const loose = { 'x-platform-id': String(platforms[0]!.id), 'x-platform-pinned': 'TRUE' };
    expectRow(await client.post('/api/posts', { content: 'x' }, { headers: loose }), 'PLATFORM_CONTEXT_STALE');
    await client.post(`/api/switch_platform/${platforms[0]!.id}`);
  });

  /** Each route that takes a body, with one that would do. */
  function forms(): [string, string, Json][] {
    const [id] = platforms.map((platform) => platform.id);
    const account = { username: 'hostile', password: 'correct horse battery staple' };
    const platform = { name: 'P', platform_type: 'mastodon', instance_url: sharedInstanceUrl(), username: 'u' };
    const post = { content: 'c', title: 't', visibility: 'public', spoiler_text: 's', media_ids: [1] };
    return [
      ['POST', '/api/auth/register', { ...account, email: 'hostile@example.org' }],
      ['POST', '/api/auth/login', { ...account, platform_id: 1 }],
      ['POST', '/api/auth/password', { current_password: account.password, new_password: 'another password' }],
      ['POST', '/api/platforms', { ...platform, access_token: 't' }],
      ['PATCH', `/api/platforms/${id}`, { name: 'P', access_token: 't' }],
      ['POST', `/api/switch_platform/${id}`, { scope: 'session' }],
      ['POST', '/api/posts', post],
      ['PATCH', `/api/media/${image}`, { alt_text: 'a' }],
      ['POST', '/api/platforms/connect', { platform_type: 'mastodon', instance_url: sharedInstanceUrl(), name: 'P' }],
    ];
  }
  const fence = () => ({ 'x-platform-id': String(platforms[0]!.id) });

  it('refuses whatever is wrong with a field, on every route that takes a body', async () => {
    for (const [method, path, form] of forms()) {
      for (const [what, value] of HOSTILE_VALUES) {
        for (const field of Object.keys(form)) {
          if (field === 'media_ids' && Array.isArray(value) && value.length === 0) continue;
          const body = { ...form, [field]: value };
          const answer = await client.request(method, path, { body, headers: fence() });
          expectRefusal(answer, `${method} ${path} with ${what} for ${field}`);
        }
        const surplus = await client.request(method, path, { body: { ...form, surplus: value }, headers: fence() });
        expectRow(surplus, 'VALIDATION_ERROR');
      }
    }
    expectRow(await new TestClient(node().url).login({ username: 'hostile', password: 'x' }), 'INVALID_CREDENTIALS');
    const { body } = await client.get<{ platforms: PlatformView[] }>('/api/user_platforms');
    expect(body.platforms.map(({ id }) => id)).toEqual(platforms.map(({ id }) => id));
  });

  it.each(HOSTILE_BODIES)('refuses a body that is %s', async (what, body) => {
    for (const [method, path] of forms()) {
      const answer = await client.request(method, path, { body, headers: fence() });
      expectRefusal(answer, `${method} ${path} with ${what}`);
    }
    expect((await client.get<RestSessionState>('/api/session')).body.user.role).toBe(role);
  });

  it('takes an empty body for one that says nothing, and a byte order mark for nothing at all', async () => {
    for (const [method, path] of forms()) {
      const answer = await client.request(method, path, { body: '', headers: fence() });
      if (path.includes('switch')) expect(answer.status).toBe(200);
      else expectRow(answer, 'VALIDATION_ERROR');
    }
    const marked = await client.post(`/api/switch_platform/${platforms[0]!.id}`, '\ufeff{"scope":"session"}');
    expect(marked.status).toBeLessThan(500);
  });

  it('refuses names that grow where they are stored', async () => {
    const form = { name: 'P', platform_type: 'mastodon', access_token: 't' };
    const signs = String.fromCharCode(...Array.from({ length: 200 }, (_, index) => 0x4e00 + 97 * index));
    const long = await client.post('/api/platforms', { ...form, instance_url: `https://${signs}.example` });
    expectRow(long, 'VALIDATION_ERROR');
  });

  it.each([
    ['GET', '/%00'],
    ['GET', '/%zz'],
    ['GET', '//'],
    ['GET', '//evil.example/'],
    ['GET', '/\\evil.example'],
    ['GET', '/../../etc/passwd'],
    ['GET', '/api/../api/session'],
    ['GET', '/API/SESSION'],
    ['GET', '/api/session/'],
    ['GET', '/api/session;x=1'],
    ['GET', '/client/../src/main.js'],
    ['GET', '/client/..%2f..%2fpackage.json'],
    ['GET', '/client/%2e%2e/src/main.js'],
    ['GET', '/client/%00'],
    ['GET', '/client/..%5c..%5cpackage.json'],
    ['GET', '/{long}'],
    ['GET', '/api/platforms/1{long}'],
    ['GET', '/api/platforms/1%2f..%2f2'],
    ['GET', '/api/platforms/%ff'],
    ['GET', '/api/platforms/1e3'],
    ['GET', '/api/platforms/-1'],
    ['GET', '/api/platforms/999999999999999'],
    ['POST', '/api/switch_platform/abc'],
    ['POST', '/api/switch_platform/%00'],
    ['POST', '/api/switch_platform/__proto__'],
    ['DELETE', '/api/sessions/%00'],
    ['DELETE', '/api/sessions/%F0%9F%98%80'],
    ['DELETE', '/api/sessions/{long}'],
    ['DELETE', "/api/sessions/'%20OR%20'1'='1"],
    ['GET', '/api/posts?limit=0'],
    ['GET', '/api/posts?limit=1&limit=2'],
    ['GET', '/api/posts?limit=%00'],
    ['GET', '/api/posts?before_id=1e3'],
    ['GET', '/api/posts?before_id=99999999999999999999'],
    ['TRACE', '/api/session'],
    ['PUT', '/api/session'],
    ['DELETE', '/api/session'],
    ['PATCH', '/api/auth/login'],
    ['PROPFIND', '/api/session'],
    ['OPTIONS', '/api/session'],
    ['OPTIONS', '*'],
  ])('refuses %s %s', async (method, path) => {
    expectRefusal(await client.request(method, path.replace('{long}', '0'.repeat(9000))), `${method} ${path}`);
  });

  it('answers bytes that are no request by 4xx or not at all', async () => {
    const { host } = new URL(node().url);
    await Promise.all(
      hostileBytes(host).map(async ([what, bytes]) => {
        const statuses = [...(await rawBytes(node().url, bytes, 1000)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(
          ([, code]) => code,
        );
        expect([what, statuses.filter((code) => !/^[34]/.test(code!))]).toEqual([what, []]);
      }),
    );
  });

  it.each([
    ['too large', '/api/auth/login', 'application/json', 413],
    ['of an unknown type', '/api/auth/login', 'text/xml', 415],
    ['of nobody', '/api/media', 'multipart/form-data; boundary=x', 401],
  ])('answers what is %s, however much of it is still to come', async (_, path, type, expected) => {
    const body = Buffer.alloc(64_000_000, 'x');
    const headers = { 'content-type': type };
    for (let turn = 0; turn < 3; turn++) {
      expect((await rawRequest(node().url, 'POST', path, { headers, body })).status).toBe(expected);
    }
  });

  it('closes the connection of a caller that asks for it, once the rest of the body has come', async () => {
    const head = `POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    const socket = connect(node().port, '127.0.0.1');
    socket.write(`${head}Content-Length: 3000000\r\n\r\n${'x'.repeat(3_000_000)}`);
    let heard = '';
    for await (const chunk of socket) heard += chunk;
    expect(heard).toMatch(/^HTTP\/1.1 413 /);
  }, 30_000);

  it('holds its memory through many hostile requests', async () => {
    const resident = () =>
      running.nodes.map(({ pid }) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]));
    const attack = async (index: number) => {
      const [, body] = HOSTILE_BODIES[index % HOSTILE_BODIES.length]!;
      const [method, path] = forms()[index % 9]!;
      const cookie = index % 3 ? client.cookie : `vedfolnir_session=${String(index).padEnd(43, 'A')}`;
      const headers = { ...fence(), cookie, 'x-tab-id': `t${index}`, 'user-agent': `agent ${index}` };
      const url = running.nodes[index % running.nodes.length]!.url;
      const answer = await client.at(url).request(method, path, { body, headers });
      expectRefusal(answer, `${method} ${path}`);
    };
    const siege = async (from: number, count: number) => {
      for (let index = from; index < from + count; index += 25) {
        await Promise.all(Array.from({ length: 25 }, (_, offset) => attack(index + offset)));
      }
    };
    await siege(0, REQUESTS);
    const warm = resident();
    await siege(REQUESTS, 2 * REQUESTS);
    resident().forEach((kilobytes, index) => {
      expect((kilobytes - warm[index]!) / 1024).toBeLessThan(96);
    });
  }, 240_000);
});
