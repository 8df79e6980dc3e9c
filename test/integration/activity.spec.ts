/** A person at work is noted now and then, not at every request, and the tabs hear of it as often. */
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { ExtendedView, RestSessionState } from '../../src/protocol/http';
import { PlatformResolver } from '../../src/session/platform-resolver';
import { SessionLifecycleService } from '../../src/session/session-lifecycle.service';
import { TestClient } from '../support/http-client';
import { migratedDatabase } from '../support/services';
import { closeTabs, openTab, type Tab } from '../support/socket-client';
import { type App, closeApps, DATABASES, MINUTE, startApp, TestClock } from './support/app';

/** Moves only when the test moves it. */
class StillClock extends TestClock {
  private readonly since = Date.now();
  private moved = 0;

  override now(): Date {
    return new Date(this.since + this.moved);
  }

  override advance(ms: number): void {
    this.moved += ms;
  }
}

const READS = 50;

/** How often the tab was told of an extension; whatever was sent to it before would have come before this answer. */
async function extensions(tab: Tab): Promise<number> {
  await tab.sync();
  return tab.of('session:extended').length;
}

afterEach(async () => {
  closeTabs();
  await closeApps();
});

describe.each(DATABASES)('%s', (_, database) => {
  let app: App;
  let client: TestClient;
  let tab: Tab;

  beforeEach(async () => {
    app = await startApp(await database(), {}, new StillClock());
    client = new TestClient(app.url);
    await client.register();
    tab = await openTab(client);
  });
  const read = async (at = client) => expect((await at.get('/api/user_platforms')).status).toBe(200);

  it('notes a person who reads on once a minute, and moves the deadline each time', async () => {
    const { idleTimeout } = app.config;
    for (let minute = 1; minute <= 3; minute++) {
      app.clock.advance(MINUTE);
      for (let count = 0; count < READS; count++) await read();
      expect(await extensions(tab)).toBe(minute);
      const due = new Date(app.clock.now().getTime() + idleTimeout).toISOString();
      expect(tab.of('session:extended').at(-1)?.idle_expires_at).toBe(due);
    }
  });

  it('hears of "stay signed in" at once, and tells the tabs once of many in a second', async () => {
    const { idleTimeout } = app.config;
    // Just after the sign-in, and then again and again.
    for (const [count, wait] of [20, 1000, 30_000].entries()) {
      app.clock.advance(wait);
      const extend = () => client.post<ExtendedView>('/api/session/extend');
      const answers = [await extend(), ...(await Promise.all(Array.from({ length: READS }, extend)))];
      app.clock.advance(900);
      answers.push(await extend());
      const due = new Date(app.clock.now().getTime() - 900 + idleTimeout).toISOString();
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.idle_expires_at}`))).toEqual(
        new Set([`200 ${due}`]),
      );
      expect(await extensions(tab)).toBe(count + 1);
      expect((await client.get<RestSessionState>('/api/session')).body.session.idle_expires_at).toBe(due);
    }
  });

  it('notes one of many requests that come at the same moment', async () => {
    for (let minute = 1; minute <= 3; minute++) {
      app.clock.advance(MINUTE);
      await Promise.all(Array.from({ length: READS }, () => read()));
      expect(await extensions(tab)).toBe(minute);
    }
  });

  it('notes a request before it refuses its platform, so that no refusal is left without a listener', async () => {
    app.clock.advance(MINUTE);
    const touch = jest.spyOn(app.get(SessionLifecycleService), 'touch');
    const resolve = jest.spyOn(app.get(PlatformResolver), 'resolve');
    const named = { headers: { 'x-platform-id': '999999' } };
    expect((await client.post('/api/posts', { content: 'x' }, named)).status).toBe(404);
    expect(touch.mock.invocationCallOrder[0]).toBeLessThan(resolve.mock.invocationCallOrder[0]!);
  });

  it('takes one place among those who wait for the database, however much a tab says at once', async () => {
    app.clock.advance(MINUTE);
    const sessions = app.get(SessionLifecycleService);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const original = sessions.requireContext.bind(sessions);
    const lookUps = jest.spyOn(sessions, 'requireContext').mockImplementation(async (id) => {
      await held;
      return original(id);
    });
    const touches = jest.spyOn(sessions, 'touch');
    const said = Array.from({ length: READS }, () => [tab.sync(), tab.activity()]).flat();
    // Nobody asks the database for this one: once it is answered, the server has all the others.
    const { socket } = tab as unknown as { socket: { emitWithAck(name: string): Promise<unknown> } };
    await socket.emitWithAck('nope');
    release();
    await Promise.all(said);
    expect([lookUps.mock.calls.length, touches.mock.calls.length]).toEqual([2, 1]);
    expect(await extensions(tab)).toBe(1);
  });
});

it('does not try again and again on a node that was not told what another one has noted', async () => {
  const url = await migratedDatabase();
  const clock = new StillClock();
  // Nothing carries word from one to the other.
  const [here, there] = [await startApp(url, {}, clock), await startApp(url, {}, clock)];
  const client = new TestClient(here.url);
  await client.register();
  const tab = await openTab({ url: there.url, cookie: client.cookie });
  const elsewhere = client.at(there.url);
  await elsewhere.get('/api/user_platforms');
  clock.advance(MINUTE);
  await client.get('/api/user_platforms');
  const writes = jest.spyOn(there.get(UnitOfWork), 'write');
  for (let count = 0; count < READS; count++) await elsewhere.get('/api/user_platforms');
  expect(writes.mock.calls.length).toBeLessThanOrEqual(1);
  expect(await extensions(tab)).toBe(0);
});
