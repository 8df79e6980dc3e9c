import { Freshness } from './freshness';
import { pageEvent, refusal, settle } from './testing/fake-environment';
import { SESSION_B } from './testing/fake-server';
import { answer, liveTab, openTab, type TestTab } from './testing/test-tab';

describe('Freshness', () => {
  it('is false until a first read has been applied', () => {
    const freshness = new Freshness();
    expect(freshness.isFresh).toBe(false);
    const settled = freshness.beginRead();
    expect(freshness.isFresh).toBe(false);
    settled();
    expect(freshness.isFresh).toBe(true);
  });

  it('is not restored by a read that began before the doubt, nor lost by one that ends late', () => {
    const freshness = new Freshness();
    const early = freshness.beginRead();
    freshness.markStale();
    early();
    expect(freshness.isFresh).toBe(false);
    const slow = freshness.beginRead();
    freshness.markStale();
    freshness.beginRead()();
    slow();
    expect(freshness.isFresh).toBe(true);
  });
});

describe('a request of a tab that may be behind', () => {
  const POST = '/api/posts';
  const posting = (call: Parameters<typeof answer>[0], server: Parameters<typeof answer>[1]) =>
    call.path === POST ? { status: 201, body: { id: 1 } } : answer(call, server);
  const order = ({ env }: TestTab, from: number) =>
    env.calls.slice(from).map(({ method, path }) => `${method} ${path}`);
  const send = ({ sync }: TestTab) => sync.request('POST', POST, { body: {} });

  const DOUBTS: [string, (tab: TestTab) => unknown][] = [
    ['a sleep that no tick has noticed yet', ({ env }) => env.sleep(600_000)],
    [
      'a while hidden',
      ({ env }) => {
        env.show('hidden');
        return env.pass(10_000);
      },
    ],
    ['a freeze', ({ env }) => env.document.dispatchEvent(new Event('freeze'))],
    ['the back/forward cache', ({ env }) => env.window.dispatchEvent(pageEvent('pagehide', true))],
    ['a lost network', ({ env }) => env.window.dispatchEvent(new Event('offline'))],
  ];

  it.each(DOUBTS)('waits for a read after %s', async (_what, doubt) => {
    const tab = await liveTab(posting);
    await doubt(tab);
    tab.server.switchTo(2, 'all', SESSION_B);
    const from = tab.env.calls.length;
    expect(tab.sync.isFresh()).toBe(false);
    await send(tab);
    expect(order(tab, from).slice(-2)).toEqual(['GET /api/session', `POST ${POST}`]);
    expect(tab.sync.getState()?.platform?.id).toBe(2);
  });

  it('is sent at once by a fresh tab', async () => {
    const tab = await liveTab(posting);
    const from = tab.env.calls.length;
    expect(tab.sync.isFresh()).toBe(true);
    await send(tab);
    expect(order(tab, from)).toEqual([`POST ${POST}`]);
  });

  it('waits for another read when the page was stopped during the first', async () => {
    const tab = await liveTab(posting);
    const { env } = tab;
    env.window.dispatchEvent(new Event('offline'));
    let hand = () => {};
    const { serve } = env;
    env.serve = (call) =>
      call.method === 'GET' ? new Promise((resolve) => (hand = () => resolve(serve(call)))) : serve(call);
    const sent = send(tab);
    await settle();
    const from = env.calls.length;
    env.serve = serve;
    await env.sleep(600_000);
    hand();
    await sent;
    expect(order(tab, from)).toEqual(['GET /api/session', `POST ${POST}`]);
  });

  it('is not sent while the server is unreachable', async () => {
    const tab = await liveTab((call, server) => {
      if (call.path === '/api/session' && away) throw new Error('no network');
      return posting(call, server);
    });
    await tab.env.sleep(600_000);
    away = true;
    await expect(send(tab)).rejects.toMatchObject({ error_code: 'NETWORK_ERROR' });
    expect(tab.env.calls.some(({ path }) => path === POST)).toBe(false);
  });
  let away = false;

  it('is not sent when the read finds that the session is over', async () => {
    let over = false;
    const tab = await liveTab((call, server) => (over ? refusal(401, 'SESSION_REVOKED') : posting(call, server)));
    await tab.env.sleep(600_000);
    over = true;
    await expect(send(tab)).rejects.toMatchObject({ status: 401 });
    await expect(send(tab)).rejects.toMatchObject({ status: 401 });
    expect(tab.env.calls.some(({ path }) => path === POST)).toBe(false);
  });

  it('is not sent as a user who has signed in since', async () => {
    const tab = await liveTab(posting);
    const { env, server } = tab;
    await env.sleep(600_000);
    env.serve = (call) => {
      const body = { ...server.rest(SESSION_B), user: { ...server.state().user, id: 8, username: 'bob' } };
      return call.path === '/api/session' ? { status: 200, body } : posting(call, server);
    };
    await expect(send(tab)).rejects.toMatchObject({ error_code: 'SESSION_INVALID' });
    expect(env.calls.some(({ path }) => path === POST)).toBe(false);
  });

  it('needs no read to sign out', async () => {
    const tab = await liveTab(posting);
    tab.env.window.dispatchEvent(new Event('offline'));
    const from = tab.env.calls.length;
    await tab.sync.request('POST', '/api/auth/logout', { body: {} });
    expect(order(tab, from)).toEqual(['POST /api/auth/logout']);
  });
});

describe('the event for a page that may have missed events', () => {
  /** A tab, and the number of its `sessionCaughtUp` events. */
  async function listening(serve?: Parameters<typeof liveTab>[0]): Promise<[TestTab, () => number]> {
    const tab = await liveTab(serve);
    let told = 0;
    tab.env.window.addEventListener('sessionCaughtUp', () => (told += 1));
    return [tab, () => told];
  }

  it('is dispatched after a socket was lost and has reconnected', async () => {
    const [tab, told] = await listening();
    tab.env.socket.lose();
    await tab.env.pass(600);
    tab.env.socket.accept();
    await settle();
    expect(told()).toBe(1);
  });

  it('is dispatched once after a dead socket was replaced', async () => {
    const [tab, told] = await listening();
    let dead = true;
    tab.env.socket.onSync = async () => {
      if (dead) throw new Error('timeout');
      return tab.server.state();
    };
    await tab.env.pass(10_100);
    expect([tab.env.socket.connects, told()]).toEqual([2, 0]);
    dead = false;
    tab.env.socket.accept();
    await settle();
    expect(told()).toBe(1);
  });

  it('is dispatched once after a sleep, when the socket is connected', async () => {
    const [tab, told] = await listening();
    tab.env.window.dispatchEvent(new Event('online'));
    await settle();
    expect(told()).toBe(0);
    tab.env.socket.accept();
    await settle();
    expect(told()).toBe(1);
  });

  it('is dispatched once, even if the socket connects before the response', async () => {
    let give = () => {};
    const [tab, told] = await listening();
    const { serve } = tab.env;
    tab.env.serve = (call) => new Promise((resolve) => (give = () => resolve(serve(call))));
    tab.env.window.dispatchEvent(new Event('online'));
    tab.env.socket.accept();
    await settle();
    expect(told()).toBe(0);
    give();
    await settle();
    expect(told()).toBe(1);
  });

  it('is dispatched when the first socket is connected', async () => {
    const tab = openTab();
    let told = 0;
    tab.env.window.addEventListener('sessionCaughtUp', () => (told += 1));
    await settle();
    expect(told).toBe(0);
    tab.env.socket.accept();
    await settle();
    expect(told).toBe(1);
  });

  it('is dispatched when the page is visible again', async () => {
    const [tab, told] = await listening();
    tab.env.show('hidden');
    tab.env.show('visible');
    await settle();
    expect(told()).toBe(1);
  });

  it('is dispatched at every poll without a socket, and at none with one', async () => {
    const [tab, told] = await listening();
    await tab.env.pass(30_000);
    expect(told()).toBe(0);
    tab.env.socket.lose();
    await tab.env.pass(30_000);
    expect(told()).toBeGreaterThanOrEqual(2);
  });

  it('is not dispatched after a read that a freeze interrupted, and nothing else is read before the next', async () => {
    const [tab, told] = await listening();
    const { env } = tab;
    // Like a list, which is read again on this event.
    env.window.addEventListener('sessionCaughtUp', () => void tab.sync.request('GET', '/api/posts').catch(() => {}));
    const { serve } = env;
    let give = () => {};
    env.serve = (call) => new Promise((resolve) => (give = () => resolve(serve(call))));
    env.show('hidden');
    env.show('visible');
    env.document.dispatchEvent(new Event('freeze'));
    tab.server.switchTo(2, 'all', SESSION_B);
    const from = env.calls.length;
    env.serve = serve;
    env.document.dispatchEvent(new Event('resume'));
    env.socket.accept();
    give();
    await settle();
    expect(env.calls.slice(from).map(({ path }) => path)).toEqual(['/api/session', '/api/posts']);
    expect(told()).toBe(1);
  });

  it('is not dispatched while the server is unreachable', async () => {
    let away = false;
    const [tab, told] = await listening((call, server) => {
      if (away) throw new Error('no network');
      return answer(call, server);
    });
    away = true;
    tab.env.socket.lose();
    tab.env.window.dispatchEvent(new Event('offline'));
    await tab.env.pass(20_000);
    expect(told()).toBe(0);
    away = false;
    tab.env.window.dispatchEvent(new Event('online'));
    tab.env.socket.accept();
    await settle();
    expect(told()).toBeGreaterThan(0);
  });
});
