/** A new password: whoever came in by the old one is out. */
import type { RestSessionState } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { openTab } from '../support/socket-client';
import { expectRow, secretOf } from './support/attack';

const OLD = 'correct horse battery staple';
const NEW = 'a new and longer pass phrase';

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  beforeAll(async () => {
    running = await backend.shared();
  });
  afterAll(() => running.stop());
  const url = (index = 0) => running.nodes[index % running.nodes.length]!.url;

  async function person() {
    const client = new TestClient(url());
    const { user, session } = (await client.register()).body;
    return { client, user, sessionId: session.id };
  }

  const change = (client: TestClient, current_password = OLD, new_password = NEW) =>
    client.post<RestSessionState>('/api/auth/password', { current_password, new_password });

  it('gives the session a new secret and a new CSRF token, and ends all others', async () => {
    const { client, sessionId } = await person();
    const before = new TestClient(url(1));
    before.cookie = client.cookie;
    before.csrfToken = client.csrfToken;
    const phone = client.device('phone').at(url(1));
    const phoneSession = (await phone.login()).body.session.id;
    const ownTab = await openTab({ url: url(1), cookie: client.cookie });
    const phoneTabs = [await openTab({ url: url(), cookie: phone.cookie }), await openTab(phone)];

    const changed = await change(client);
    expect([changed.status, changed.body.session.id]).toEqual([200, sessionId]);
    expect(changed.body.csrf_token).not.toBe(before.csrfToken);
    expect(secretOf(client)).not.toBe(secretOf(before));
    expect((await client.at(url(1)).post('/api/session/extend')).status).toBe(200);

    for (const node of running.nodes) {
      // Nothing is written from now on, and soon nothing read.
      expectRow(await before.at(node.url).post('/api/session/extend'), 'SESSION_INVALID');
      await eventually(async () => expectRow(await before.at(node.url).get('/api/session'), 'SESSION_INVALID'));
      await eventually(async () => expectRow(await phone.at(node.url).get('/api/session'), 'SESSION_REVOKED'));
      const socket = openTab({ url: node.url, cookie: before.cookie });
      await expect(socket).rejects.toMatchObject({ data: { error_code: 'SESSION_INVALID' } });
    }
    for (const tab of phoneTabs) {
      const ended = await tab.waitFor('session:ended');
      const expected = { session_id: phoneSession, reason: 'password_changed', error_code: 'SESSION_REVOKED' };
      expect(ended).toMatchObject(expected);
      await tab.closed;
    }
    await ownTab.closed;
    expect(ownTab.of('session:ended')).toEqual([]);
    const again = await openTab({ url: url(1), cookie: client.cookie });
    expect((await again.waitFor('session:state')).session.id).toBe(sessionId);
    again.close();

    expectRow(await client.device().login({ password: OLD }), 'INVALID_CREDENTIALS');
    expect((await client.device().login({ password: NEW })).status).toBe(200);
  });

  it('needs the old one, a new one, and one long enough', async () => {
    const { client } = await person();
    const phone = client.device();
    await phone.login();
    const secret = secretOf(client);
    expectRow(await change(client, 'wrong password'), 'INVALID_CREDENTIALS');
    expectRow(await change(client, OLD, OLD), 'VALIDATION_ERROR');
    expectRow(await change(client, OLD, 'short'), 'VALIDATION_ERROR');
    expectRow(await change(new TestClient(url())), 'AUTHENTICATION_REQUIRED');
    expect(secretOf(client)).toBe(secret);
    expect((await phone.get('/api/session')).status).toBe(200);
    expect((await client.device().login()).status).toBe(200);
  });

  it('is changed by one of two who change it at once', async () => {
    const { client } = await person();
    const phone = client.device().at(url(1));
    await phone.login();
    const candidates = [
      { by: client, password: 'the laptop chose this one' },
      { by: phone, password: 'the telephone chose this one' },
    ];
    const answers = await Promise.all(candidates.map(({ by, password }) => change(by, OLD, password)));
    const winner = candidates[answers.findIndex(({ status }) => status === 200)]!;
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const stranger = client.device();
    for (const { password } of candidates) {
      expect((await stranger.login({ password })).status).toBe(password === winner.password ? 200 : 401);
    }
    expect((await winner.by.get('/api/session')).status).toBe(200);
  });

  it('lets nobody stay who came in by the old one while it was changed', async () => {
    for (let round = 0; round < 4; round++) {
      const { client } = await person();
      const thieves = Array.from({ length: 16 }, (_, index) => client.device().at(url(index)));
      const half = thieves.length / 2;
      const early = thieves.slice(0, half).map((thief) => thief.login({ password: OLD }));
      const changing = change(client);
      const late = thieves.slice(half).map((thief) => thief.login({ password: OLD }));
      await Promise.all([...early, ...late]);
      expect((await changing).status).toBe(200);
      for (const thief of thieves) {
        const { status } = await thief.get('/api/session');
        expect(status).toBe(401);
      }
      const { sessions } = (await client.get<{ sessions: { current: boolean }[] }>('/api/sessions')).body;
      expect(sessions.map(({ current }) => current)).toEqual([true]);
    }
  });
});
