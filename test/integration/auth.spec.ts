/** Accounts and sign-in, as an opponent tries them: who is who, and what a cookie is worth. */
import type { RestSessionState } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { type Answer, TestClient } from '../support/http-client';
import { openTab } from '../support/socket-client';
import { expectRow, secretOf, startEmpty } from './support/attack';

const PASSWORD = 'correct horse battery staple';

describe.each(ANY_BACKEND)('$name', (backend) => {
  describe('the first account', () => {
    let running: Running;
    const client = (index = 0) => new TestClient(running.nodes[index % running.nodes.length]!.url);
    afterEach(() => running.stop());

    it('is the admin, and one alone, however many come first at once', async () => {
      running = await startEmpty(backend);
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => client(index).register()));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
      expect(answers.filter(({ body }) => body.user.role === 'admin')).toHaveLength(1);
      expect((await client(1).register()).body.user.role).toBe('user');
    });

    it('is the only one where registration is closed, however many come first at once', async () => {
      running = await startEmpty(backend, { REGISTRATION: 'closed' });
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => client(index).register()));
      const [first, ...more] = answers.filter(({ status }) => status === 201);
      expect([first?.body.user.role, more]).toEqual(['admin', []]);
      for (const answer of [...answers, await client(1).register()]) {
        if (answer !== first) expectRow(answer, 'REGISTRATION_CLOSED');
      }
    });
  });

  describe('accounts', () => {
    let running: Running;
    beforeAll(async () => {
      running = await backend.shared();
    });
    afterAll(() => running.stop());
    const client = (index = 0) => new TestClient(running.nodes[index % running.nodes.length]!.url);
    const login = (username: string, password = PASSWORD) => client(1).login({ username, password });

    it('are found by name or e-mail address, whatever the case, the width or the composition', async () => {
      const { body } = await client().register({ username: 'Älva.Strand', email: 'Alva@Example.org' });
      const names = ['Älva.Strand', 'ÄLVA.STRAND', 'a\u0308lva.strand', 'Ä\uff2c\uff36\uff21.strand', ' älva.strand '];
      for (const name of [...names, 'Alva@Example.org', 'ALVA@EXAMPLE.ORG', '\uff41lva@example.org']) {
        const answer = await login(name);
        expect([name, answer.status, answer.body.user?.id]).toEqual([name, 200, body.user.id]);
        expect(answer.body.user).toMatchObject({ username: 'Älva.Strand', email: 'Alva@Example.org' });
      }
      for (const other of [
        'alva.strand',
        'älva',
        'älva.strand%',
        '_lva.strand',
        "' OR 1=1 --",
        'alva@example.org \u202e',
      ]) {
        expectRow(await login(other), 'INVALID_CREDENTIALS');
      }
    });

    it('do not share a name or an address, in any spelling of it', async () => {
      await client().register({ username: 'Kelvin42', email: 'kelvin@example.org' });
      for (const username of ['Kelvin42', 'kelvin42', 'KELVIN42', '\u212aelvin42', '\uff2belvin42']) {
        expectRow(await client(1).register({ username, email: `x${Math.random()}@example.org` }), 'USERNAME_TAKEN');
      }
      for (const email of ['kelvin@example.org', 'KELVIN@Example.ORG', '\u212aelvin@example.org']) {
        expectRow(await client(1).register({ email }), 'USERNAME_TAKEN');
      }
    });

    it('take no name with signs in it that nobody sees', async () => {
      await client().register({ username: 'Visible', email: 'visible@example.org' });
      for (const hidden of ['\u034f', '\u3164', '\ufe0f', '\u200d', '\u{e0100}']) {
        expectRow(
          await client().register({ username: `Visible${hidden}`, email: 'hidden@example.org' }),
          'VALIDATION_ERROR',
        );
      }
    });

    it('are made once, of many equal ones at once', async () => {
      const form = { username: 'twin', email: 'twin@example.org', password: PASSWORD };
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          client(index).register({ ...form, username: index % 2 ? 'twin' : 'TWIN' }),
        ),
      );
      const [made, ...others] = answers.sort((a, b) => a.status - b.status);
      expect(made!.status).toBe(201);
      for (const other of others) expectRow(other, 'USERNAME_TAKEN');
      expect((await login('twin')).body.user.id).toBe(made!.body.user.id);
    });

    it.each([
      ['a short password', { password: 'eleven 11!!' }],
      ['a huge password', { password: 'x'.repeat(257) }],
      ['a name like an address', { username: 'a@b' }],
      ['a name that begins with a sign', { username: '.hidden' }],
      ['a name with a space', { username: 'two words' }],
      ['a name too long', { username: 'x'.repeat(65) }],
      ['a name too long once it is compared', { username: '\ufdfa'.repeat(64), email: 'long@example.org' }],
      ['an address that is none', { email: 'nobody' }],
      ['an address too long once it is compared', { email: `${'\ufdfa'.repeat(20)}@example.org` }],
      ['an address with a line break', { email: 'a@example.org\r\nBcc: b@example.org' }],
    ])('are refused with %s', async (_, fields) => {
      expectRow(await client().register(fields), 'VALIDATION_ERROR');
    });

    it('take a role from nobody', async () => {
      const form = { username: 'mallory', email: 'mallory@example.org', password: PASSWORD };
      for (const more of [{ role: 'admin' }, { id: 1 }, { isActive: true }, { revision: 9 }]) {
        expectRow(await client().post('/api/auth/register', { ...form, ...more }), 'VALIDATION_ERROR');
      }
      expectRow(await login('mallory'), 'INVALID_CREDENTIALS');
    });

    it('know a password however its letters are composed', async () => {
      const person = client();
      await person.register({ username: 'composer', password: 'p\u00e4ssw\u00f6rd of \ufb01sh' });
      expect((await login('composer', 'pa\u0308sswo\u0308rd of fish')).status).toBe(200);
      expectRow(await login('composer', 'passwort of fish'), 'INVALID_CREDENTIALS');
      expectRow(await login('composer', 'P\u00e4ssw\u00f6rd of \ufb01sh'), 'INVALID_CREDENTIALS');
    });

    it('say the same to a stranger as to a wrong password', async () => {
      const person = client();
      await person.register();
      const { user } = (await person.get<RestSessionState>('/api/session')).body;
      const wrong = await login(user.username, 'wrong password');
      const unknown = await login('nobody-of-that-name', 'wrong password');
      const address = await login('nobody@example.org', 'wrong password');
      for (const answer of [wrong, unknown, address]) {
        expectRow(answer, 'INVALID_CREDENTIALS');
        expect(answer.text).toBe(wrong.text);
        expect(answer.headers['set-cookie']).toBeUndefined();
        expect(Object.keys(answer.headers)).toEqual(Object.keys(wrong.headers));
      }
    });
  });

  describe('the cookie', () => {
    let running: Running;
    beforeAll(async () => {
      running = await backend.shared();
    });
    afterAll(() => running.stop());
    const url = (index = 0) => running.nodes[index % running.nodes.length]!.url;

    it('holds a new secret at each sign-in, and never one that was brought along', async () => {
      const person = new TestClient(url());
      await person.register();
      const secrets = new Set([secretOf(person)]);
      const planted = 'A'.repeat(43);
      for (let index = 0; index < 5; index++) {
        const device = person.device().at(url(index));
        device.cookie = `vedfolnir_session=${planted}`;
        expect((await device.login()).status).toBe(200);
        expect(secretOf(device)).toMatch(/^[\w-]{43}$/);
        secrets.add(secretOf(device));
      }
      expect(secrets.size).toBe(6);
      expect(secrets).not.toContain(planted);
      const fixed = new TestClient(url());
      fixed.cookie = `vedfolnir_session=${planted}`;
      expectRow(await fixed.get('/api/session'), 'SESSION_INVALID');
    });

    it('gives no secret away but to the one who signed in', async () => {
      const person = new TestClient(url());
      const registered = await person.register();
      const attributes = (answer: Answer<unknown>) => {
        const [pair, ...rest] = answer.headers['set-cookie']![0]!.split('; ');
        return [pair!.split('=')[0], ...rest.sort()];
      };
      const expected = ['vedfolnir_session', 'HttpOnly', 'Max-Age=86400', 'Path=/', 'SameSite=Lax'];
      expect(attributes(registered)).toEqual(expected);
      expect(attributes(await person.login())).toEqual(expected);
      expect(registered.headers['cache-control']).toBe('no-store');
      for (const answer of [await person.get('/api/session'), await person.get('/api/sessions')]) {
        expect(answer.headers['set-cookie']).toBeUndefined();
        expect(answer.headers['cache-control']).toBe('no-store');
        expect(answer.text).not.toContain(secretOf(person));
      }
    });

    it('is worth nothing after the sign-out, on any node and to any socket', async () => {
      const person = new TestClient(url());
      await person.register();
      const stolen = new TestClient(url(1));
      stolen.cookie = person.cookie;
      stolen.csrfToken = person.csrfToken;
      const out = await person.post('/api/auth/logout');
      expect([out.status, out.text, person.cookie]).toEqual([204, '', '']);
      for (const node of running.nodes) {
        expectRow(await stolen.at(node.url).post('/api/auth/logout'), 'SESSION_REVOKED');
        const read = async () => expectRow(await stolen.at(node.url).get('/api/session'), 'SESSION_REVOKED');
        await eventually(read);
        const socket = openTab({ url: node.url, cookie: stolen.cookie });
        await expect(socket).rejects.toMatchObject({ data: { error_code: 'SESSION_REVOKED' } });
      }
    });
  });

  it('bears the __Host- name and Secure where people come over HTTPS, and no other counts', async () => {
    const running = await startEmpty(backend, { PUBLIC_ORIGIN: 'https://social.example' });
    const person = new TestClient(running.nodes[0]!.url);
    const { headers } = await person.register();
    const [line] = headers['set-cookie']!;
    expect(line).toMatch(/^__Host-vedfolnir=[\w-]{43}; /);
    expect(line!.split('; ').slice(1).sort()).toEqual([
      'HttpOnly',
      'Max-Age=86400',
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ]);
    expect(headers['strict-transport-security']).toContain('max-age=31536000');
    expect((await person.get('/api/session')).status).toBe(200);
    const plain = new TestClient(running.nodes[0]!.url);
    plain.cookie = person.cookie.replace('__Host-vedfolnir', 'vedfolnir_session');
    expectRow(await plain.get('/api/session'), 'AUTHENTICATION_REQUIRED');
    await running.stop();
  });

  it('is the same one to requests and to sockets behind proxies that speak HTTPS to the outside', async () => {
    const running = await startEmpty(backend, { TRUST_PROXY: '2' });
    await new TestClient(running.nodes[0]!.url).register({ username: 'proxied' });
    for (const protocol of ['https', 'http, https', 'https,https']) {
      const person = new TestClient(running.nodes[0]!.url);
      const headers = { 'x-forwarded-proto': protocol };
      await person.post('/api/auth/login', { username: 'proxied', password: PASSWORD }, { headers });
      expect(person.cookie).toMatch(/^__Host-vedfolnir=/);
      (await openTab(person, { headers })).close();
    }
    await running.stop();
  });
});
