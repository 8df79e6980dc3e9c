/** A session pinned to its platform stays there while the person's other sessions switch. */
import type { PlatformView, RestSessionState } from '../../src/protocol/http';
import { TestClient } from '../support/http-client';
import { closeTabs, openTab, type Tab } from '../support/socket-client';
import { type App, closeApps, DATABASES, startApp } from './support/app';
import { connectPlatforms } from './support/scenario';

describe.each(DATABASES)('%s', (_, createUrl) => {
  let app: App;

  beforeAll(async () => {
    app = await startApp(await createUrl());
  });
  afterEach(closeTabs);
  afterAll(closeApps);

  /** One person, signed in on two devices, each with a tab. */
  async function devices() {
    const phone = new TestClient(app.url);
    await phone.register();
    const platforms = await connectPlatforms(phone);
    const laptop = phone.device('laptop');
    await laptop.login();
    const tabs = [await openTab(phone), await openTab(laptop)] as const;
    for (const tab of tabs) await tab.waitFor('session:state');
    return { phone, laptop, tabs, platforms: platforms as [PlatformView, PlatformView, PlatformView] };
  }

  const stateOf = async (client: TestClient) => (await client.get<RestSessionState>('/api/session')).body;
  const where = async (client: TestClient) => {
    const { platform, session } = await stateOf(client);
    return [platform?.id, session.pinned];
  };
  const switchTo = async (client: TestClient, { id }: PlatformView, scope?: 'all' | 'session') => {
    const { status, body } = await client.post<{ revision: number }>(`/api/switch_platform/${id}`, scope && { scope });
    expect(status).toBe(200);
    return body.revision;
  };
  const switched = (tab: Tab, revision: number) =>
    tab.waitFor('platform:switched', (event) => event.revision === revision);

  it('stays when the others switch, and says so to every tab', async () => {
    const { phone, laptop, tabs, platforms } = await devices();
    const [first, second, third] = platforms;
    const { id } = (await stateOf(phone)).session;
    const pinning = await switchTo(phone, second, 'session');
    for (const tab of tabs) {
      expect(await switched(tab, pinning)).toMatchObject({ session_id: id, pinned_session_ids: [id] });
    }
    expect([await where(phone), await where(laptop)]).toEqual([
      [second.id, true],
      [first.id, false],
    ]);

    const revision = await switchTo(laptop, third);
    for (const tab of tabs) {
      expect(await switched(tab, revision)).toMatchObject({ session_id: null, pinned_session_ids: [id] });
    }
    expect([await where(phone), await where(laptop)]).toEqual([
      [second.id, true],
      [third.id, false],
    ]);
    expect((await stateOf(phone)).revision).toBe(revision);
    expect((await tabs[0].sync()).platform?.id).toBe(second.id);

    const tablet = phone.device('tablet');
    await tablet.login();
    expect(await where(tablet)).toEqual([third.id, false]);
  });

  it('is free again after a switch of all that was made in it', async () => {
    const { phone, laptop, tabs, platforms } = await devices();
    await switchTo(phone, platforms[1], 'session');
    const revision = await switchTo(phone, platforms[2]);
    expect(await switched(tabs[0], revision)).toMatchObject({ session_id: null, pinned_session_ids: [] });
    await switchTo(laptop, platforms[0]);
    expect([await where(phone), await where(laptop)]).toEqual([
      [platforms[0].id, false],
      [platforms[0].id, false],
    ]);
  });

  it('follows the others again when it is told to, and only a pinned one does anything', async () => {
    const { phone, laptop, tabs, platforms } = await devices();
    const [first, second, third] = platforms;
    await switchTo(laptop, third);
    await switchTo(phone, second, 'session');
    const before = await stateOf(phone);
    const { status, body } = await phone.post<RestSessionState>('/api/session/follow');
    expect([status, body.platform?.id, body.session.pinned]).toEqual([200, third.id, false]);
    expect([body.revision, body.csrf_token]).toEqual([before.revision + 1, before.csrf_token]);
    for (const tab of tabs) {
      expect(await switched(tab, body.revision)).toMatchObject({
        session_id: body.session.id,
        platform: { id: third.id },
        previous_platform_id: second.id,
        pinned_session_ids: [],
      });
    }
    expect((await phone.post<RestSessionState>('/api/session/follow')).body.revision).toBe(body.revision);
    await switchTo(laptop, first);
    expect(await where(phone)).toEqual([first.id, false]);
  });

  it('moves, still pinned, when its platform is removed', async () => {
    const { phone, laptop, tabs, platforms } = await devices();
    const [first, second, third] = platforms;
    await switchTo(phone, second, 'session');
    await switchTo(laptop, third);
    expect((await laptop.delete(`/api/platforms/${second.id}`)).status).toBe(204);
    await tabs[0].waitFor('platforms:changed', (event) => event.current_platform?.id === first.id);
    expect([await where(phone), await where(laptop)]).toEqual([
      [first.id, true],
      [third.id, false],
    ]);
  });

  it('follows to no platform where there is none', async () => {
    const { phone, tabs, platforms } = await devices();
    await switchTo(phone, platforms[1], 'session');
    for (const { id } of platforms) expect((await phone.delete(`/api/platforms/${id}`)).status).toBe(204);
    const { body } = await phone.post<RestSessionState>('/api/session/follow');
    expect([body.platform, body.session.pinned]).toEqual([null, false]);
    expect(await switched(tabs[1], body.revision)).toMatchObject({ platform: null, previous_platform_id: null });
  });
});
