/** What may only be done a short while after the password was given. */
import type { AuditView } from '../../src/protocol/audit';
import type { DeviceView, RestSessionState } from '../../src/protocol/http';
import { SessionDevices } from '../../src/session/session-devices';
import { SessionLifecycleService } from '../../src/session/session-lifecycle.service';
import { TestClient } from '../support/http-client';
import { closeTabs, openTab } from '../support/socket-client';
import { ANY_DATABASE, type App, closeApps, MINUTE, startApp } from './support/app';

const PASSWORD = 'correct horse battery staple';

describe.each(ANY_DATABASE)('%s', (_, database) => {
  let app: App;

  beforeEach(async () => {
    app = await startApp(await database());
  });
  afterEach(async () => {
    closeTabs();
    await closeApps();
  });

  async function person() {
    const client = new TestClient(app.url, { userAgent: 'laptop' });
    await client.register();
    const phone = client.device('phone');
    const phoneId = (await phone.login()).body.session.id;
    return { client, phone, phoneId };
  }

  const gated = (client: TestClient, phoneId: string) => [
    () => client.delete(`/api/sessions/${phoneId}`),
    () => client.post('/api/sessions/end_others'),
    () => client.post('/api/auth/password', { current_password: PASSWORD, new_password: 'another good one' }),
  ];

  it('is done at once after signing in, to the last moment', async () => {
    const { client, phone, phoneId } = await person();
    app.clock.advance(10 * MINUTE - 5000);
    const [remove, others, change] = gated(client, phoneId);
    expect((await remove!()).status).toBe(204);
    await phone.login();
    expect((await others!()).body).toEqual({ ended: 1 });
    expect((await change!()).status).toBe(200);
  });

  it('is told to every tab, as one more change of the user', async () => {
    const { client, phone } = await person();
    const tab = await openTab(phone);
    const { revision } = (await client.post<RestSessionState>('/api/auth/reauthenticate', { password: PASSWORD })).body;
    expect((await tab.waitFor('session:state', (state) => state.revision >= revision)).revision).toBe(revision);
  });

  it('is refused after that, and nothing is done, until the password is given', async () => {
    const { client, phone, phoneId } = await person();
    app.clock.advance(10 * MINUTE + 1);
    for (const attempt of gated(client, phoneId)) {
      const refused = await attempt();
      expect([refused.status, refused.body.error_code]).toEqual([403, 'REAUTHENTICATION_REQUIRED']);
    }
    expect((await phone.get('/api/session')).status).toBe(200);
    expect((await client.post('/api/session/extend')).status).toBe(200);

    const { cookie, csrfToken } = client;
    const wrong = await client.post('/api/auth/reauthenticate', { password: 'not this' });
    expect([wrong.status, wrong.body.error_code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await client.post('/api/sessions/end_others')).status).toBe(403);

    const right = await client.post<RestSessionState>('/api/auth/reauthenticate', { password: PASSWORD });
    expect(right.status).toBe(200);
    expect(right.body).toMatchObject({ authenticated: true, csrf_token: expect.any(String) });
    expect(client.cookie).not.toBe(cookie);
    expect(client.csrfToken).not.toBe(csrfToken);
    const old = new TestClient(app.url, { userAgent: 'laptop' });
    old.cookie = cookie;
    expect((await old.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_INVALID' });
    for (const attempt of gated(client, phoneId)) expect((await attempt()).status).toBeLessThan(300);

    const { events } = (await client.get<AuditView>('/api/audit')).body;
    expect(events.map(({ type }) => type)).toEqual([
      'password_changed',
      'session_ended',
      'reauthenticated',
      'sign_in_failed',
      'sign_in',
      'sign_in',
    ]);
  });

  it('never stands in the way of signing oneself out', async () => {
    const { client } = await person();
    app.clock.advance(60 * MINUTE);
    const { sessions } = (await client.get<{ sessions: DeviceView[] }>('/api/sessions')).body;
    const own = sessions.find(({ current }) => current)!;
    expect((await client.delete(`/api/sessions/${own.id}`)).status).toBe(204);
  });

  it('keeps the tabs that have the new secret, and moves no session to another', async () => {
    const { client } = await person();
    const tab = await openTab(client, { reconnection: true });
    const { session } = await tab.waitFor('session:state');
    const { body } = await client.post<RestSessionState>('/api/auth/reauthenticate', { password: PASSWORD });
    expect(body.session.id).toBe(session.id);
    await tab.closed;
    const again = await openTab(client);
    expect((await again.waitFor('session:state')).session.id).toBe(session.id);
  });

  it('lets no request go on that came in by the secret from before, however long it takes', async () => {
    const { client, phone, phoneId } = await person();
    const sessions = app.get(SessionLifecycleService);
    const slow = await sessions.authenticate(client.cookie.split('=')[1]!, '127.0.0.1');
    await client.post('/api/auth/reauthenticate', { password: PASSWORD });
    app.clock.advance(2 * MINUTE);
    const goOn = [
      () => sessions.runAuthorized(slow, async () => 'done'),
      () => app.get(SessionDevices).end(slow, phoneId),
      () => sessions.extend(slow),
      () => sessions.touch(slow),
    ];
    for (const attempt of goOn) await expect(attempt()).rejects.toMatchObject({ code: 'SESSION_INVALID' });
    expect((await phone.get('/api/session')).status).toBe(200);
    const { session } = (await client.get<RestSessionState>('/api/session')).body;
    expect(session.last_activity).toBe(slow.session.lastActivityAt.toISOString());
  });

  it('asks whoever changed the password no more', async () => {
    const { client, phoneId } = await person();
    app.clock.advance(9 * MINUTE);
    await gated(client, phoneId)[2]!();
    app.clock.advance(9 * MINUTE);
    expect((await client.post('/api/sessions/end_others')).status).toBe(200);
  });
});

it('takes its age from the configuration, and slows down guessing', async () => {
  const app = await startApp(await ANY_DATABASE[0]![1](), { RECENT_LOGIN: '1m', RATE_LIMITS: 'on' });
  const client = new TestClient(app.url);
  await client.register();
  app.clock.advance(MINUTE + 1);
  expect((await client.post('/api/sessions/end_others')).status).toBe(403);
  const answers = [];
  for (let index = 0; index < 12; index++) {
    answers.push((await client.post('/api/auth/reauthenticate', { password: `guess ${index}` })).status);
  }
  expect(answers).toEqual([...Array(10).fill(401), 429, 429]);
  await closeApps();
});
