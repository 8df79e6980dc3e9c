/** The main job, from outside: one switch, every tab and device; one sign-out, nothing left open. */
import type { PlatformView, RestSessionState } from '../../src/protocol/http';
import { BACKENDS, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { closeTabs, openTab, type Tab } from '../support/socket-client';
import { connectPlatforms } from './support/scenario';

describe.each(BACKENDS)('$name', (backend) => {
  let running: Running;
  let urlA: string;
  let urlB: string;

  beforeAll(async () => {
    running = await backend.shared();
    urlA = running.nodes[0]!.url;
    urlB = running.nodes.at(-1)!.url;
  });
  afterAll(() => running.stop());
  afterEach(closeTabs);

  /** One person on two devices, three platforms, a tab of each device on each node. */
  async function person() {
    const laptop = new TestClient(urlA, { userAgent: 'laptop' });
    const { user } = (await laptop.register()).body;
    const platforms = await connectPlatforms(laptop);
    const phone = laptop.device('phone').at(urlB);
    const { session } = (await phone.login()).body;
    const tabs = await Promise.all([
      openTab({ url: urlA, cookie: laptop.cookie }),
      openTab({ url: urlB, cookie: laptop.cookie }),
      openTab({ url: urlA, cookie: phone.cookie }),
      openTab({ url: urlB, cookie: phone.cookie }),
    ]);
    await Promise.all(tabs.map((tab) => tab.waitFor('session:state')));
    return { laptop, phone, phoneSession: session.id, platforms, tabs, userId: user.id };
  }

  it('starts every tab with the state, without the token', async () => {
    const { laptop, tabs } = await person();
    const { csrf_token, server_time, ...state } = (await laptop.get<RestSessionState>('/api/session')).body;
    const [first] = tabs[0]!.of('session:state');
    expect(csrf_token).toEqual(expect.any(String));
    expect(first).toMatchObject(state);
    expect(JSON.stringify(first)).not.toContain('csrf');
    expect(server_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('carries switches to every tab once, in the order of revisions, with the whole platform', async () => {
    const { laptop, tabs, platforms } = await person();
    const before = tabs[0]!.of('session:state')[0]!.revision;
    const order = [1, 2, 0, 2, 1, 0];
    for (const [index, which] of order.entries()) {
      const client = index % 2 ? laptop.at(urlB) : laptop;
      const answer = await client.post(`/api/switch_platform/${platforms[which]!.id}`, {}, { tabId: 'tab-7' });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ success: true, platform: platforms[which], revision: before + index + 1 });
    }
    for (const tab of tabs) {
      await tab.waitFor('platform:switched', ({ revision }) => revision === before + order.length);
      // What comes a second time would have come before this answer.
      await tab.sync();
      const switches = tab.of('platform:switched');
      expect(switches.map(({ revision }) => revision)).toEqual(order.map((_, index) => before + index + 1));
      expect(switches.map(({ platform }) => platform)).toEqual(order.map((which) => platforms[which]));
      expect(switches[1]).toMatchObject({
        session_id: null,
        previous_platform_id: platforms[1]!.id,
        origin: { tab_id: 'tab-7', session_id: tabs[0]!.of('session:state')[0]!.session.id },
      });
    }
  });

  it('moves one session alone with scope "session", and leaves no gap for the other tabs', async () => {
    const { laptop, phone, phoneSession, platforms, tabs } = await person();
    const moved = await phone.post(`/api/switch_platform/${platforms[2]!.id}`, { scope: 'session' });
    expect(moved.status).toBe(200);
    for (const tab of tabs) {
      const event = await tab.waitFor('platform:switched');
      expect(event).toMatchObject({ session_id: phoneSession, revision: moved.body.revision, platform: platforms[2] });
      expect(event.revision).toBe(tab.of('session:state')[0]!.revision + 1);
    }
    expect((await phone.get<RestSessionState>('/api/session')).body.platform).toEqual(platforms[2]);
    expect((await laptop.get<RestSessionState>('/api/session')).body.platform).toEqual(platforms[0]);
    expect((await tabs[0]!.sync()).platform).toEqual(platforms[0]);
    expect((await tabs[3]!.sync()).platform).toEqual(platforms[2]);
  });

  it('starts a new session where the last switch of all left the person', async () => {
    const { laptop, platforms } = await person();
    await laptop.post(`/api/switch_platform/${platforms[1]!.id}`);
    const tablet = laptop.device('tablet');
    expect((await tablet.login()).body.platform).toEqual(platforms[1]);
    const desk = laptop.device('desk');
    expect((await desk.login({ platform_id: platforms[2]!.id })).body.platform).toEqual(platforms[2]);
    expect((await tablet.get<RestSessionState>('/api/session')).body.platform).toEqual(platforms[1]);
  });

  it('signs a device out: told, closed and refused on every node', async () => {
    const { laptop, phone, phoneSession, tabs } = await person();
    const phoneTabs = tabs.slice(2);
    expect((await laptop.delete(`/api/sessions/${phoneSession}`)).status).toBe(204);
    for (const url of [urlA, urlB]) {
      const refused = await phone.at(url).get('/api/session');
      expect(refused.status).toBe(401);
      expect(refused.body).toMatchObject({ error_code: 'SESSION_REVOKED', redirect_url: '/login' });
      const write = await phone.at(url).post('/api/session/extend');
      expect(write.body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    }
    for (const tab of phoneTabs) {
      const ended = await tab.waitFor('session:ended');
      expect(ended).toMatchObject({ session_id: phoneSession, reason: 'revoked', error_code: 'SESSION_REVOKED' });
      await tab.closed;
    }
    for (const tab of tabs.slice(0, 2)) {
      expect(tab.connected).toBe(true);
      expect(tab.of('session:ended')).toEqual([]);
    }
    await expect(openTab({ url: urlB, cookie: phone.cookie })).rejects.toMatchObject({
      data: { error_code: 'SESSION_REVOKED' },
    });
  });

  it('ends all others at once, and itself by signing out', async () => {
    const { laptop, phone, tabs } = await person();
    expect((await laptop.at(urlB).post('/api/sessions/end_others')).body).toEqual({ ended: 1 });
    expect((await phone.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    const cookie = laptop.cookie;
    expect((await laptop.post('/api/auth/logout')).status).toBe(204);
    expect(laptop.cookie).toBe('');
    laptop.cookie = cookie;
    expect((await laptop.at(urlB).get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    for (const tab of tabs) await tab.closed;
    expect((await tabs[0]!.waitFor('session:ended')).reason).toBe('logout');
    expect((await tabs[3]!.waitFor('session:ended')).reason).toBe('revoked');
  });

  it('lists the devices and says which are online on any node', async () => {
    const { laptop, phone, phoneSession, platforms, tabs } = await person();
    const idle = laptop.device('idle');
    await idle.login();
    const online = async (client: TestClient): Promise<Record<string, boolean>> => {
      const { sessions } = (await client.get<{ sessions: { device: string; online: boolean }[] }>('/api/sessions'))
        .body;
      return Object.fromEntries(sessions.map((each) => [each.device, each.online]));
    };
    await eventually(async () => {
      expect(await online(laptop)).toEqual({ laptop: true, phone: true, idle: false });
      expect(await online(laptop.at(urlB))).toEqual({ laptop: true, phone: true, idle: false });
    });
    const { sessions } = (await phone.get<{ sessions: Record<string, unknown>[] }>('/api/sessions')).body;
    expect(sessions.find((each) => each.current)).toMatchObject({
      id: phoneSession,
      device: 'phone',
      ip_address: '127.0.0.1',
      platform: platforms[0],
    });
    for (const tab of tabs.slice(2)) tab.close();
    await eventually(async () => expect(await online(laptop)).toMatchObject({ phone: false }));
  });

  it('tells every tab of connections that come, change and go', async () => {
    const { laptop, platforms, tabs } = await person();
    const phoneTab = tabs[3] as Tab;
    const start = phoneTab.of('session:state')[0]!.revision;
    await laptop.post(`/api/switch_platform/${platforms[2]!.id}`);
    await laptop.patch(`/api/platforms/${platforms[2]!.id}`, { name: 'Renamed' });
    await laptop.post(`/api/platforms/${platforms[2]!.id}/default`);
    const named = await phoneTab.waitFor('platforms:changed', ({ revision }) => revision === start + 3);
    expect(named.current_platform).toMatchObject({ id: platforms[2]!.id, name: 'Renamed', is_default: true });

    await laptop.delete(`/api/platforms/${platforms[2]!.id}`);
    const gone = await phoneTab.waitFor('platforms:changed', ({ revision }) => revision === start + 4);
    expect(gone.platforms.map(({ id, is_default }) => [id, is_default])).toEqual([
      [platforms[0]!.id, true],
      [platforms[1]!.id, false],
    ]);
    expect(gone.current_platform?.id).toBe(platforms[0]!.id);
    const list = (await laptop.get<{ platforms: PlatformView[] }>('/api/user_platforms')).body;
    expect(list.platforms).toEqual(gone.platforms);
    for (const id of [platforms[0]!.id, platforms[1]!.id]) await laptop.delete(`/api/platforms/${id}`);
    const none = await phoneTab.waitFor('platforms:changed', ({ platforms: left }) => left.length === 0);
    expect(none.current_platform).toBeNull();
    expect((await laptop.get('/api/user_data')).body).toMatchObject({ error_code: 'PLATFORM_REQUIRED' });
  });
});
