/** What an administrator sees of everybody's sessions, and ends. */
import { randomUUID } from 'node:crypto';
import type { AdminSessionsView } from '../../src/protocol/admin';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { closeTabs, openTab } from '../support/socket-client';
import { type App, closeApps, DATABASES, HOUR, startApp } from './support/app';
import { connectPlatforms } from './support/scenario';

describe.each(DATABASES)('%s', (_, database) => {
  let app: App;
  let admin: TestClient;

  beforeEach(async () => {
    app = await startApp(await database());
    admin = new TestClient(app.url, { userAgent: 'admin' });
    await admin.register({ username: 'root' });
  });
  afterEach(async () => {
    closeTabs();
    await closeApps();
  });

  async function person(username: string, userAgent = 'laptop') {
    const client = new TestClient(app.url, { userAgent });
    const { user, session } = (await client.register({ username })).body;
    return { client, userId: user.id, sessionId: session.id };
  }

  const list = async (query = ''): Promise<AdminSessionsView> =>
    (await admin.get<AdminSessionsView>(`/api/admin/sessions${query}`)).body;

  it('lists live sessions, newest first, with all that tells them apart', async () => {
    const ada = await person('Ada');
    const platforms = await connectPlatforms(ada.client);
    app.clock.advance(1000);
    const bob = await person('bob', 'phone');
    const gone = await person('gone');
    await gone.client.post('/api/auth/logout');
    const tab = await openTab(bob.client);
    await tab.waitFor('session:state');
    await eventually(async () => {
      const { sessions, next_before } = await list();
      expect(next_before).toBeNull();
      expect(sessions.map(({ user, online, current }) => [user.username, online, current])).toEqual([
        ['bob', true, false],
        ['Ada', false, false],
        ['root', false, true],
      ]);
      expect(sessions[1]).toEqual({
        id: ada.sessionId,
        user: { id: ada.userId, username: 'Ada' },
        current: false,
        name: null,
        online: false,
        device: 'laptop',
        ip_address: '127.0.0.1',
        created_at: expect.stringMatching(/Z$/),
        last_activity: expect.stringMatching(/Z$/),
        expires_at: expect.stringMatching(/Z$/),
        platform: expect.objectContaining({ id: platforms[0]!.id }),
      });
    });
    app.clock.advance(11 * HOUR);
    for (const client of [admin, bob.client]) await client.post('/api/session/extend');
    app.clock.advance(2 * HOUR);
    expect((await list()).sessions.map(({ user }) => user.username)).toEqual(['bob', 'root']);
  });

  it('searches by part of a user name, whatever its case, or by session, and takes signs as they are', async () => {
    const ada = await person('Ada.Lovelace');
    await person('bob_1');
    const names = async (query: string) =>
      (await list(`?query=${encodeURIComponent(query)}`)).sessions.map(({ user }) => user.username);
    expect(await names('LOVE')).toEqual(['Ada.Lovelace']);
    expect(await names('_')).toEqual(['bob_1']);
    expect(await names('%')).toEqual([]);
    expect(await names('!')).toEqual([]);
    expect(await names(ada.sessionId)).toEqual(['Ada.Lovelace']);
    expect(await names(ada.sessionId.slice(0, 13))).toEqual(['Ada.Lovelace']);
    expect(await names("' OR 1=1 --")).toEqual([]);
    expect(await names('')).toHaveLength(3);
  });

  it('goes through the pages without a gap or a repeat, also where several were created at once', async () => {
    const { client } = await person('many');
    await Promise.all(Array.from({ length: 12 }, (_, index) => client.device(`d${index}`).login()));
    const seen: string[] = [];
    for (let before: string | null = null, first = true; first || before; first = false) {
      const page: AdminSessionsView = await list(`?query=many&limit=5${before ? `&before=${before}` : ''}`);
      expect(page.sessions.length).toBeLessThanOrEqual(5);
      seen.push(...page.sessions.map(({ id }) => id));
      before = page.next_before;
    }
    expect(seen).toHaveLength(13);
    expect(new Set(seen).size).toBe(13);
    for (const bad of ['?limit=0', '?limit=x', '?before=1', '?query=a&query=b', `?query=${'x'.repeat(100)}`]) {
      expect((await admin.get(`/api/admin/sessions${bad}`)).body).toMatchObject({ error_code: 'VALIDATION_ERROR' });
    }
  });

  it('ends a session: its tabs are told why, and its next request too', async () => {
    const ada = await person('Ada');
    const tab = await openTab(ada.client);
    await tab.waitFor('session:state');
    expect((await admin.delete(`/api/admin/sessions/${ada.sessionId}`)).status).toBe(204);
    expect(await tab.waitFor('session:ended')).toMatchObject({
      reason: 'revoked_by_admin',
      error_code: 'SESSION_REVOKED',
    });
    await tab.closed;
    expect((await ada.client.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    for (const id of [ada.sessionId, randomUUID(), 'x']) {
      const again = await admin.delete(`/api/admin/sessions/${id}`);
      expect([again.status, again.body.error_code]).toEqual([404, 'SESSION_NOT_FOUND']);
    }
  });

  it('is for administrators alone', async () => {
    const ada = await person('Ada');
    for (const answer of [
      await ada.client.get('/api/admin/sessions'),
      await ada.client.delete(`/api/admin/sessions/${ada.sessionId}`),
      await ada.client.get('/api/admin/audit'),
    ]) {
      expect([answer.status, answer.body.error_code]).toEqual([403, 'FORBIDDEN']);
    }
    expect((await ada.client.get('/api/session')).status).toBe(200);
  });
});
