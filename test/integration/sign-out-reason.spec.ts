/** Why was I signed out? The API, the next page and the sign-in page all know. */
import { UnitOfWork } from '../../src/database/unit-of-work';
import { type Json, TestClient } from '../support/http-client';
import { closeTabs, openTab } from '../support/socket-client';
import { ANY_DATABASE, type App, closeApps, HOUR, startApp } from './support/app';

const HTML = { headers: { accept: 'text/html' } };
const PASSWORD = 'correct horse battery staple';

describe.each(ANY_DATABASE)('%s', (_, database) => {
  let app: App;
  let admin: TestClient;

  beforeEach(async () => {
    app = await startApp(await database(), { SESSION_MAX_PER_USER: '2' });
    admin = new TestClient(app.url);
    await admin.register();
  });
  afterEach(async () => {
    closeTabs();
    await closeApps();
  });

  type Ending = (it: { client: TestClient; other: TestClient; id: string; userId: number }) => Promise<unknown>;

  const ENDINGS: [reason: string, code: string, words: string, end: Ending][] = [
    ['idle', 'SESSION_EXPIRED', 'nothing was done here', async () => app.clock.advance(13 * HOUR)],
    [
      'absolute',
      'SESSION_EXPIRED',
      'its longest time',
      async ({ client }) => {
        app.clock.advance(11 * HOUR);
        await client.post('/api/session/extend');
        app.clock.advance(11 * HOUR);
        await client.post('/api/session/extend');
        app.clock.advance(2 * HOUR);
      },
    ],
    ['logout', 'SESSION_REVOKED', 'You were signed out.', ({ client }) => client.post('/api/auth/logout')],
    ['revoked', 'SESSION_REVOKED', 'one of your devices', ({ other, id }) => other.delete(`/api/sessions/${id}`)],
    [
      'revoked_by_admin',
      'SESSION_REVOKED',
      'by an administrator',
      ({ id }) => admin.delete(`/api/admin/sessions/${id}`),
    ],
    [
      'password_changed',
      'SESSION_REVOKED',
      'the password was changed',
      ({ other }) => other.post('/api/auth/password', { current_password: PASSWORD, new_password: 'another good one' }),
    ],
    ['replaced', 'SESSION_REVOKED', 'ended by a newer sign-in', ({ client }) => client.device().login()],
    [
      'user_disabled',
      'SESSION_REVOKED',
      'has been disabled',
      ({ userId }) =>
        app
          .get(UnitOfWork)
          .write(({ em }) => em.query(`UPDATE vedfolnir_users SET is_active = 0 WHERE id = ${userId}`)),
    ],
  ];

  it.each(ENDINGS)('says %s', async (reason, error_code, words, end) => {
    const client = new TestClient(app.url);
    const { session, user } = (await client.register({ password: PASSWORD })).body;
    app.clock.advance(1000);
    const other = client.device();
    await other.login();
    const { cookie } = client;
    await end({ client, other, id: session.id, userId: user.id });
    client.cookie = cookie;
    const refused = await client.get('/api/sessions', { headers: { 'x-background': 'true' } });
    expect([refused.status, refused.body]).toEqual([401, expect.objectContaining({ error_code, reason })]);
    expect((await client.post('/api/session/extend')).body).toMatchObject({ error_code, reason });

    const page = await client.get<string>('/', HTML);
    expect([page.status, page.headers.location]).toEqual([303, '/login']);
    expect((await client.get<string>('/login', HTML)).body).toContain(words);
    expect((await client.get<string>('/login', HTML)).body).not.toContain(words);
    const asked = (await client.get<string>(`/login?reason=${reason}`, HTML)).body;
    expect(asked).toContain(reason === 'logout' ? 'You have signed out.' : words);
  });

  it('shuts out all of somebody switched off in the database as soon as one of them is looked for', async () => {
    const client = new TestClient(app.url);
    const { user } = (await client.register()).body;
    const other = client.device();
    await other.login();
    const tabs = await Promise.all([client, other].map((each) => openTab(each)));
    for (const tab of tabs) await tab.sync();
    const switchTo = (active: 0 | 1) =>
      app
        .get(UnitOfWork)
        .write(({ em }) => em.query(`UPDATE vedfolnir_users SET is_active = ${active} WHERE id = ${user.id}`));
    await switchTo(0);
    const shut = { error_code: 'SESSION_REVOKED', reason: 'user_disabled' };
    await expect(tabs[0]!.sync()).rejects.toThrow('disconnected');
    for (const tab of tabs) {
      expect(await tab.waitFor('session:ended')).toMatchObject(shut);
      await tab.closed;
    }
    await switchTo(1);
    for (const each of [client, other]) expect((await each.get('/api/session')).body).toMatchObject(shut);
  });

  it('tells one that it was its own sign-out everywhere, and the others that they were revoked', async () => {
    const client = new TestClient(app.url);
    await client.register();
    const other = client.device();
    await other.login();
    const stranger = await openTab(admin);
    const tabs = await Promise.all([client, other].map((each) => openTab(each)));
    const { cookie } = client;
    expect((await client.post('/api/auth/logout', { everywhere: false })).body.error_code).toBe('VALIDATION_ERROR');
    expect((await client.get('/api/sessions')).body.sessions).toHaveLength(2);
    expect((await client.post('/api/auth/logout', { everywhere: true })).status).toBe(204);
    expect(client.cookie).toBe('');
    client.cookie = cookie;
    for (const [index, reason] of ['logout', 'revoked'].entries()) {
      expect(await tabs[index]!.waitFor('session:ended')).toMatchObject({ reason });
      expect(((await [client, other][index]!.get('/api/session')).body as Json).reason).toBe(reason);
    }
    expect((await stranger.sync()).authenticated).toBe(true);
  });

  it('signs out of nothing else where the session that asks for it everywhere has run out', async () => {
    const client = new TestClient(app.url);
    await client.register();
    const other = client.device();
    await other.login();
    app.clock.advance(11 * HOUR);
    await other.post('/api/session/extend');
    app.clock.advance(2 * HOUR);
    const { status, body } = await client.post('/api/auth/logout', { everywhere: true });
    expect([status, body.error_code]).toEqual([401, 'SESSION_EXPIRED']);
    expect((await other.get('/api/session')).status).toBe(200);
  });

  it('gives no reason where none is known, and repeats no word of the address', async () => {
    const forged = new TestClient(app.url);
    forged.cookie = `vedfolnir_session=${'a'.repeat(43)}`;
    const { body } = await forged.get('/api/session');
    expect(body).toMatchObject({ error_code: 'SESSION_INVALID' });
    expect(body.reason).toBeUndefined();
    for (const reason of ['%3Cscript%3Ealert(1)%3C/script%3E', 'constructor', '__proto__', 'idle&reason=logout', '']) {
      const page = (await new TestClient(app.url).get<string>(`/login?reason=${reason}`, HTML)).body;
      expect(page).not.toContain('class="notice');
      expect(page).not.toContain('alert(1)');
    }
  });
});
