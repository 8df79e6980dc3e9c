/** The audit trail: what happened to an account, told to its person and to the administrator, and forgotten in time. */
import type { AdminAuditView, AuditEventView, AuditView } from '../../src/protocol/audit';
import type { RestSessionState } from '../../src/protocol/http';
import { ExpirySweep } from '../../src/session/batch/expiry-sweep';
import { TestClient } from '../support/http-client';
import { sharedInstanceUrl } from '../support/shared-instances';
import { ANY_DATABASE, type App, closeApps, DAY, HOUR, startApp } from './support/app';
import { connectPlatforms } from './support/scenario';

describe.each(ANY_DATABASE)('%s', (_, database) => {
  let app: App;
  let admin: TestClient;

  beforeEach(async () => {
    app = await startApp(await database());
    admin = new TestClient(app.url, { userAgent: 'admin' });
    await admin.register({ username: 'root' });
  });
  afterEach(closeApps);

  async function person() {
    const client = new TestClient(app.url, { userAgent: 'laptop' });
    const { user, session } = (await client.register()).body;
    return { client, user, sessionId: session.id };
  }

  const trail = async (client: TestClient, query = ''): Promise<AuditEventView[]> =>
    (await client.get<AuditView>(`/api/audit${query}`)).body.events;
  const types = (events: AuditEventView[]): string[] => events.map(({ type }) => type);

  it('tells the person the whole story, newest first', async () => {
    const { client, sessionId } = await person();
    const platforms = await connectPlatforms(client);
    await client.post(`/api/switch_platform/${platforms[1]!.id}`);
    await client.delete(`/api/platforms/${platforms[2]!.id}`);
    const phone = client.device('phone');
    await phone.login({ password: 'wrong' });
    const phoneId = (await phone.login()).body.session.id;
    await client.delete(`/api/sessions/${phoneId}`);
    const desk = client.device('desk');
    await desk.login();
    await client.post('/api/auth/password', { current_password: 'not this', new_password: 'another good one' });
    const change = { current_password: 'correct horse battery staple', new_password: 'another good one' };
    expect((await client.post('/api/auth/password', change)).status).toBe(200);

    const events = await trail(client);
    expect(events.map(({ type, reason, device }) => [type, device, reason])).toEqual([
      ['session_ended', 'desk', 'password_changed'],
      ['password_changed', 'laptop', null],
      ['sign_in_failed', 'laptop', null],
      ['sign_in', 'desk', null],
      ['session_ended', 'phone', 'revoked'],
      ['sign_in', 'phone', null],
      ['sign_in_failed', 'phone', null],
      ['platform_removed', 'laptop', null],
      ['platform_switched', 'laptop', null],
      ['platform_added', 'laptop', null],
      ['platform_added', 'laptop', null],
      ['platform_added', 'laptop', null],
      ['sign_in', 'laptop', null],
    ]);
    expect(events[8]).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      type: 'platform_switched',
      session_id: sessionId,
      device: 'laptop',
      ip_address: '127.0.0.1',
      platform_id: platforms[1]!.id,
      platform_name: 'Photos',
      reason: null,
    });
    expect(events[7]).toMatchObject({ platform_id: platforms[2]!.id, platform_name: 'Work' });
    expect(events[2]!.session_id).toBe(sessionId);
    expect([events[4]!.session_id, events[6]!.session_id]).toEqual([phoneId, null]);
  });

  it('has every end with its reason', async () => {
    const { client, user } = await person();
    const out = client.device('out');
    await out.login();
    await out.post('/api/auth/logout');
    const gone = client.device('gone');
    const goneId = (await gone.login()).body.session.id;
    await admin.delete(`/api/admin/sessions/${goneId}`);
    const idle = client.device('idle');
    await idle.login();
    for (const step of [6, 6]) {
      app.clock.advance(step * HOUR);
      for (const each of [client, admin]) await each.post('/api/session/extend');
    }
    await idle.get('/api/session');
    app.clock.advance(11.9 * HOUR);
    await client.post('/api/session/extend');
    app.clock.advance(HOUR);
    await app.get(ExpirySweep).run(true);
    await client.login();
    const ends = (await trail(client)).filter(({ type }) => type === 'session_ended');
    expect(ends.map(({ device, reason }) => [device, reason])).toEqual([
      ['laptop', 'absolute'],
      ['idle', 'idle'],
      ['An administrator', 'revoked_by_admin'],
      ['out', 'logout'],
    ]);
    await admin.login();
    const seen = (await admin.get<AdminAuditView>(`/api/admin/audit?user_id=${user.id}`)).body.events;
    expect(seen.map(({ user_id, username }) => [user_id, username])).toEqual(seen.map(() => [user.id, user.username]));
    expect(types(seen)).toEqual(types(await trail(client)));
  });

  it('keeps nothing of a name that nobody has, but that it was tried', async () => {
    const stranger = new TestClient(app.url, { userAgent: 'stranger' });
    await stranger.login({ username: 'nobody-here', password: 'hunter2-hunter2' });
    await stranger.login({ username: 'root', password: 'hunter2-hunter2' });
    const { text, body } = await admin.get<AdminAuditView>('/api/admin/audit');
    const failed = body.events.filter(({ type }) => type === 'sign_in_failed');
    expect(failed.map(({ user_id, username, device }) => [user_id, username, device])).toEqual([
      [1, 'root', 'stranger'],
      [null, null, 'stranger'],
    ]);
    expect(text).not.toMatch(/nobody-here|hunter2/);
    expect(types(await trail(admin))).toEqual(['sign_in_failed', 'sign_in']);
  });

  it('shows nobody the trail of another', async () => {
    const a = await person();
    const b = await person();
    await connectPlatforms(a.client);
    expect(types(await trail(b.client, `?user_id=${a.user.id}`))).toEqual(['sign_in']);
    expect((await b.client.get('/api/admin/audit')).body).toMatchObject({ error_code: 'FORBIDDEN' });
    expect((await new TestClient(app.url).get('/api/audit')).body).toMatchObject({
      error_code: 'AUTHENTICATION_REQUIRED',
    });
  });

  it('has nothing of what was not done', async () => {
    const { client } = await person();
    const platforms = await connectPlatforms(client);
    const before = await trail(client);
    await client.post('/api/switch_platform/999');
    await client.post('/api/platforms', {
      name: 'Town',
      platform_type: 'mastodon',
      instance_url: sharedInstanceUrl(),
      access_token: 'token-of-Town',
    });
    await client.delete('/api/platforms/999');
    await client.delete('/api/sessions/999');
    const { id } = (await client.get<RestSessionState>('/api/session')).body.session;
    for (const path of ['/api/sessions', '/api/admin/sessions']) {
      expect((await admin.delete(`${path}/${id}%20`)).body).toMatchObject({ error_code: 'SESSION_NOT_FOUND' });
    }
    expect((await client.delete(`/api/sessions/${id}%20`)).body).toMatchObject({ error_code: 'SESSION_NOT_FOUND' });
    expect(await trail(client)).toEqual(before);
    expect(platforms).toHaveLength(3);
  });

  it('goes through the pages, and forgets after a while', async () => {
    const { client } = await person();
    for (let index = 0; index < 7; index++) await client.device(`d${index}`).login();
    const seen: number[] = [];
    for (let before: number | null = null, first = true; first || before; first = false) {
      const { body }: { body: AuditView } = await client.get<AuditView>(
        `/api/audit?limit=3${before ? `&before_id=${before}` : ''}`,
      );
      seen.push(...body.events.map(({ id }) => id));
      before = body.next_before_id;
    }
    expect(seen).toHaveLength(8);
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
    expect((await client.get('/api/audit?limit=0')).body).toMatchObject({ error_code: 'VALIDATION_ERROR' });

    app.clock.advance(89 * DAY);
    await client.login();
    await app.get(ExpirySweep).run(true);
    expect(types(await trail(client))).toContain('session_ended');
    const kept = (await trail(client, '?limit=200')).length;
    app.clock.advance(2 * DAY);
    await client.login();
    await app.get(ExpirySweep).run(true);
    const left = await trail(client, '?limit=200');
    expect(left.length).toBeLessThan(kept);
    const state = (await client.get<RestSessionState>('/api/session')).body;
    for (const { at } of left) {
      expect(Date.parse(state.server_time) - Date.parse(at)).toBeLessThan(90 * DAY + HOUR);
    }
  });
});
