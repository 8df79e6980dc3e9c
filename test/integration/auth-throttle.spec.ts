/** Guessing passwords: slowed for the one who guesses, and for nobody else. */
import { ANY_BACKEND, type Running } from '../support/backends';
import { type Answer, TestClient } from '../support/http-client';
import { openTab } from '../support/socket-client';
import { expectRow, startEmpty } from './support/attack';

const ALLOWED = 10;

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  const serve = (TRUST_PROXY: string) => {
    beforeAll(async () => {
      running = await startEmpty(backend, { RATE_LIMITS: 'on', TRUST_PROXY });
    });
    afterAll(() => running.stop());
  };
  const url = (index = 0) => running.nodes[index % running.nodes.length]!.url;

  async function victim() {
    const client = new TestClient(url());
    const { username, email } = (await client.register()).body.user;
    return { client, username, email };
  }

  /** Tries from one address, on each node in turn. */
  const guess = (username: string, index: number, headers: Record<string, string> = {}, password = `guess ${index}`) =>
    new TestClient(url(index)).post('/api/auth/login', { username, password }, { headers });

  function expectLimited(answer: Answer<unknown>): void {
    expectRow(answer, 'RATE_LIMITED');
    const { retry_after } = answer.body as { retry_after: number };
    expect(retry_after).toBeGreaterThan(0);
    expect(retry_after).toBeLessThanOrEqual(15 * 60);
    expect(answer.headers['retry-after']).toBe(String(retry_after));
  }

  describe('without a proxy', () => {
    serve('0');

    it('ends guessing from one address, whatever X-Forwarded-For says, and leaves the open session alone', async () => {
      const { client, username } = await victim();
      const tab = await openTab(client);
      const spellings = [username, username.toUpperCase(), ` ${username} `];
      for (let index = 0; index < ALLOWED; index++) {
        const forged = { 'x-forwarded-for': `203.0.113.${index}`, 'x-real-ip': `203.0.113.${index}` };
        expectRow(await guess(spellings[index % 3]!, index, forged), 'INVALID_CREDENTIALS');
      }
      for (let index = 0; index < 4; index++) {
        expectLimited(await guess(username, index, { 'x-forwarded-for': `198.51.100.${index}` }));
      }
      // The right password tells no more than a wrong one.
      expectLimited(await guess(username, 0, {}, 'correct horse battery staple'));
      expect((await client.get('/api/session')).status).toBe(200);
      expect((await client.post('/api/session/extend')).status).toBe(200);
      expect((await tab.sync()).user.username).toBe(username);
      // Another account at the same address is not held to it.
      const other = await victim();
      expect((await other.client.login()).status).toBe(200);
    });
  });

  describe('behind a proxy', () => {
    serve('1');

    it('counts by the address that the trusted proxy saw, not by what the caller claims', async () => {
      const { username } = await victim();
      const attacker = '198.51.100.7';
      for (let index = 0; index < ALLOWED; index++) {
        const headers = { 'x-forwarded-for': `203.0.113.${index}, ${attacker}` };
        expectRow(await guess(username, index, headers), 'INVALID_CREDENTIALS');
      }
      expectLimited(await guess(username, 0, { 'x-forwarded-for': `192.0.2.1, ${attacker}` }));
      const home = { 'x-forwarded-for': '192.0.2.55' };
      const welcome = await guess(username, 1, home, 'correct horse battery staple');
      expect(welcome.status).toBe(200);
    });

    it('counts a whole line of IPv6 as one address, and one of IPv4 however it is written', async () => {
      const { username } = await victim();
      const from = (address: string) => ({ 'x-forwarded-for': address });
      for (const [line, elsewhere] of [
        [(index: number) => `2001:db8:1:2::${index}:${index}`, '2001:db8:1:3::1'],
        [(index: number) => (index % 2 ? '198.51.100.7' : '::ffff:198.51.100.7'), '198.51.100.8'],
      ] as const) {
        for (let index = 0; index < ALLOWED; index++) {
          expectRow(await guess(username, index, from(line(index))), 'INVALID_CREDENTIALS');
        }
        expectLimited(await guess(username, 0, from(line(ALLOWED))));
        expect((await guess(username, 1, from(elsewhere), 'correct horse battery staple')).status).toBe(200);
      }
    });

    it('bounds the guesses of many addresses together, and still lets the person in at home', async () => {
      const home = { 'x-forwarded-for': '2001:db8:aa:1::1' };
      const client = new TestClient(url());
      const form = { username: 'ada', email: 'ada@example.org', password: 'correct horse battery staple' };
      expect((await client.post('/api/auth/register', form, { headers: home })).status).toBe(201);
      const codes: unknown[] = [];
      for (let index = 0; index < 110; index += 10) {
        const some = Array.from({ length: 10 }, (_, more) =>
          guess('ada', index + more, { 'x-forwarded-for': `203.0.113.${index + more}` }),
        );
        codes.push(...(await Promise.all(some)).map(({ body }) => body.error_code));
      }
      expect(codes).toEqual([...Array(100).fill('INVALID_CREDENTIALS'), ...Array(10).fill('RATE_LIMITED')]);
      const elsewhere = { 'x-forwarded-for': '198.51.100.1' };
      expectLimited(await guess('ada', 0, elsewhere, form.password));
      expect((await client.get('/api/session', { headers: home })).status).toBe(200);
      // The same line, and another address of it.
      const atHome = { 'x-forwarded-for': '2001:db8:aa:1::2' };
      expectRow(await guess('ada', 1, atHome), 'INVALID_CREDENTIALS');
      expect((await guess('ada', 0, atHome, form.password)).status).toBe(200);
    });

    it('holds many guesses at once to the same number', async () => {
      const { username } = await victim();
      const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => guess(username, index)));
      const codes = answers.map(({ body }) => body.error_code);
      expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(ALLOWED);
      expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(40 - ALLOWED);
    });

    it('does not count what went well', async () => {
      const { client } = await victim();
      for (let index = 0; index < ALLOWED + 5; index++)
        expect((await client.device().at(url(index)).login()).status).toBe(200);
    });

    it('holds a thief of a session to it, who tries the password by changing it, from wherever', async () => {
      const { client } = await victim();
      const change = (index: number) =>
        client
          .at(url(index))
          .post(
            '/api/auth/password',
            { current_password: `guess ${index}`, new_password: 'it is all mine now!' },
            { headers: { 'x-forwarded-for': `203.0.113.${index}` } },
          );
      for (let index = 0; index < ALLOWED; index++) expectRow(await change(index), 'INVALID_CREDENTIALS');
      expectLimited(await change(ALLOWED));
      // Whom it was stolen from is not kept out by that.
      expect((await client.device().login()).status).toBe(200);
    });
  });
});
