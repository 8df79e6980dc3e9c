/**
 * What a page of an application uses of the session: its state, its requests, the pin of one tab, and another start.
 */
import { SessionSync } from './session-sync';
import { type Call, FakeEnvironment, refusal, settle } from './testing/fake-environment';
import { endOf, type FakeServer, SESSION_A, SESSION_B } from './testing/fake-server';
import { answer, liveTab, openTab, signedOut } from './testing/test-tab';

const ENDED = endOf(SESSION_A, 'revoked');

const isSwitch = ({ path }: Call) => path.startsWith('/api/switch_platform/');

/** Like `answer`, and also serves single platforms. */
function withPlatforms(call: Call, server: FakeServer) {
  const [, id] = /^\/api\/platforms\/(\d+)$/.exec(call.path) ?? [];
  if (!id) return answer(call, server);
  const platform = server.find(Number(id));
  return platform ? { status: 200, body: platform } : refusal(404, 'PLATFORM_NOT_FOUND');
}

describe('getState', () => {
  it('returns the same frozen object until something in it has changed', async () => {
    const { server, sync, push } = await liveTab();
    const state = sync.getState();
    expect(sync.getState()).toBe(state);
    // The same content, at another server time.
    await sync.syncSessionState();
    expect(sync.getState()).toBe(state);
    expect(() => Object.assign(state?.user ?? {}, { username: 'eve' })).toThrow(TypeError);
    await push(server.switchTo(2, 'all', SESSION_B));
    expect(sync.getState()).not.toBe(state);
    expect(sync.getState()?.platform?.id).toBe(2);
  });
});

describe('subscribe', () => {
  it('calls for each change, including a deadline and the end, and no more after its undo', async () => {
    const { env, server, sync, push } = await liveTab();
    const seen: unknown[] = [];
    const undo = sync.subscribe(() => seen.push(sync.getState()?.revision ?? null));
    await push(server.switchTo(2, 'all', SESSION_B));
    await sync.syncSessionState();
    expect(seen).toEqual([2]);
    await env.pass(1_000);
    await sync.extendSession();
    expect(seen).toEqual([2, 2]);
    env.socket.emit('session:ended', ENDED);
    expect(seen).toEqual([2, 2, null]);
    undo();
    sync.start();
    await settle();
    expect(sync.getState()).not.toBeNull();
    expect(seen).toHaveLength(3);
  });
});

describe('on', () => {
  it('receives only events of the session, before the page does, even if another listener throws', async () => {
    const { env, server, sync, push } = await liveTab();
    const seen: unknown[] = [];
    const failures: unknown[] = [];
    jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => void failures.push(task));
    sync.on('platformSwitched', () => {
      throw new Error('of a listener');
    });
    const undo = sync.on('platformSwitched', ({ platformId }) => seen.push(platformId));
    env.window.addEventListener('platformSwitched', () => seen.push('page'));
    env.window.dispatchEvent(new CustomEvent('platformSwitched', { detail: { platformId: 99 } }));
    expect(seen).toEqual(['page']);
    await push(server.switchTo(2, 'all', SESSION_B));
    expect(seen).toEqual(['page', 2, 'page']);
    undo();
    await push(server.switchTo(3, 'all', SESSION_B));
    expect(seen).toEqual(['page', 2, 'page', 'page']);
    jest.restoreAllMocks();
    // Each is reported as uncaught, asynchronously.
    expect(failures).toEqual([expect.any(Function), expect.any(Function)]);
    expect(failures[0]).toThrow('of a listener');
  });
});

describe('request', () => {
  it('ends when the rest of an answer does not come', async () => {
    const { env, sync } = await liveTab();
    const stalled = (_path: string, { signal }: RequestInit) => {
      const text = () => new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
      return Promise.resolve({ status: 200, ok: true, text } as Response);
    };
    jest.spyOn(env, 'fetch').mockImplementationOnce(stalled);
    const reading = expect(sync.request('GET', '/api/posts')).rejects.toMatchObject({ error_code: 'NETWORK_ERROR' });
    await env.pass(60_000);
    await reading;
  });

  it('takes an answer that is cut off for a lost one, not for an error of the server', async () => {
    const { env, sync } = await liveTab();
    const text = () => Promise.reject(new TypeError('terminated'));
    jest
      .spyOn(env, 'fetch')
      .mockImplementationOnce(async () => ({ status: 201, ok: true, text }) as unknown as Response);
    await expect(sync.request('POST', '/api/posts')).rejects.toMatchObject({ error_code: 'NETWORK_ERROR' });
  });
});

describe('headers', () => {
  it('contain the token, the tab and the platform that is shown', async () => {
    const { sync } = await liveTab();
    expect(sync.headers()).toEqual({
      'x-csrftoken': 'csrf-1111',
      'x-tab-id': sync.getTabId(),
      'x-platform-id': '1',
    });
  });

  it('contain the token of the page before the first response, even if the page set it after the script', () => {
    const { env, sync } = openTab(signedOut);
    env.csrf = 'of the page';
    expect(sync.headers()).toEqual({ 'x-csrftoken': 'of the page', 'x-tab-id': sync.getTabId() });
  });
});

it('declares JSON only for a request with a body', async () => {
  const { env, sync } = await liveTab();
  await sync.extendSession();
  await sync.request('DELETE', '/api/platforms/9').catch(() => {});
  await sync.logout();
  expect(env.calls.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining(['POST /api/session/extend', 'DELETE /api/platforms/9', 'POST /api/auth/logout']),
  );
  for (const { body, headers } of env.calls) expect('content-type' in headers).toBe(body !== undefined);
});

describe('a pinned tab', () => {
  it('stays when the others switch, and sends its pin with each request', async () => {
    const { env, heard, server, sync, push } = await liveTab(withPlatforms);
    await sync.pinTab(2);
    expect(sync.getState()).toMatchObject({ platform: { id: 2 }, tabPinned: true });
    expect(heard.platformSwitched).toEqual([
      expect.objectContaining({ platformId: 2, previousPlatformId: 1, fromThisTab: true }),
    ]);
    await push(server.switchTo(3, 'all', SESSION_B));
    expect(sync.getState()?.platform?.id).toBe(2);
    expect(heard.platformSwitched).toHaveLength(1);
    expect(sync.headers()).toMatchObject({ 'x-platform-id': '2', 'x-platform-pinned': 'true' });
    await sync.request('GET', '/api/posts').catch(() => {});
    expect(env.calls.at(-1)?.headers).toMatchObject({ 'x-platform-id': '2', 'x-platform-pinned': 'true' });
    // A platform that the caller names explicitly is not overridden.
    await sync.request('GET', '/api/posts', { headers: { 'x-platform-id': '3' } }).catch(() => {});
    expect(env.calls.at(-1)?.headers['x-platform-pinned']).toBeUndefined();
    await sync.pinTab(null);
    expect(sync.getState()).toMatchObject({ platform: { id: 3 }, tabPinned: false });
    expect(heard.platformSwitched?.at(-1)).toMatchObject({ platformId: 3, previousPlatformId: 2 });
  });

  it('is still pinned after a reload, but not for another user', async () => {
    const { env, server, sync } = await liveTab(withPlatforms);
    await sync.pinTab(2);
    const reload = async (userId: number) => {
      const next = new FakeEnvironment();
      for (const [key, value] of env.tabKept) next.tabKept.set(key, value);
      server.userId = userId;
      next.serve = (call) => withPlatforms(call, server);
      const other = new SessionSync(next).start();
      await settle();
      return other.getState();
    };
    expect(await reload(7)).toMatchObject({ platform: { id: 2 }, tabPinned: true });
    expect(await reload(8)).toMatchObject({ platform: { id: 1 }, tabPinned: false });
  });

  it('updates the name, and is unpinned when its platform is gone or the user selects another here', async () => {
    const { env, heard, server, sync, push } = await liveTab((call, fake) =>
      isSwitch(call)
        ? { status: 200, body: { success: true, platform: fake.find(3), revision: fake.revision + 1 } }
        : withPlatforms(call, fake),
    );
    await sync.pinTab(2);
    await push(server.rename(2, 'Renamed'));
    expect(sync.getState()?.platform?.name).toBe('Renamed');
    await push(server.remove(2));
    expect(sync.getState()).toMatchObject({ platform: { id: 1 }, tabPinned: false });
    expect(heard.platformSwitched?.at(-1)).toMatchObject({ platformId: 1, previousPlatformId: 2 });
    await sync.pinTab(1);
    await sync.switchPlatform(3);
    expect(sync.getState()).toMatchObject({ platform: { id: 3 }, tabPinned: false });
    expect(env.tabKept.size).toBe(0);
  });

  it('notices without an event that its platform is gone', async () => {
    const { server, sync } = await liveTab(withPlatforms);
    await sync.pinTab(2);
    server.remove(2);
    await sync.syncSessionState();
    await settle();
    expect(sync.getState()).toMatchObject({ platform: { id: 1 }, tabPinned: false });
  });

  it('is unpinned at the end of the session', async () => {
    const { env, sync } = await liveTab(withPlatforms);
    await sync.pinTab(2);
    env.socket.emit('session:ended', ENDED);
    expect(env.tabKept.size).toBe(0);
  });
});

describe('a pinned session', () => {
  it('applies the revision of a switch of the others, and stays', async () => {
    const { heard, server, sync, push } = await liveTab();
    await push(server.switchTo(2, 'session', SESSION_A));
    expect(sync.getState()).toMatchObject({ platform: { id: 2 }, session: { pinned: true }, revision: 2 });
    await push(server.switchTo(3, 'all', SESSION_B));
    expect(sync.getState()).toMatchObject({ platform: { id: 2 }, session: { pinned: true }, revision: 3 });
    expect(heard.platformSwitched).toHaveLength(1);
    // A switch of all sessions that is made in it removes its pin.
    await push(server.switchTo(3, 'all', SESSION_A));
    expect(sync.getState()).toMatchObject({ platform: { id: 3 }, session: { pinned: false }, revision: 4 });
  });

  it('shows the platform of the others after followSession', async () => {
    const { env, server, sync, push } = await liveTab((call, fake) => {
      if (call.path !== '/api/session/follow') return answer(call, fake);
      fake.switchTo(3, 'all', SESSION_A);
      return { status: 200, body: fake.rest() };
    });
    await push(server.switchTo(2, 'session', SESSION_A));
    expect(await sync.followSession()).toMatchObject({ platform: { id: 3 }, session: { pinned: false } });
    expect(env.calls.map(({ method, path }) => `${method} ${path}`)).toContain('POST /api/session/follow');
  });

  it('is recognised by the response to its own switch', async () => {
    const { env, server, sync } = await liveTab((call, fake) => {
      if (!isSwitch(call)) return answer(call, fake);
      return { status: 200, body: { success: true, platform: fake.find(2), revision: fake.revision + 1 } };
    });
    await sync.switchPlatform(2, { scope: 'session' });
    expect(sync.getState()).toMatchObject({ platform: { id: 2 }, session: { pinned: true } });
    server.revision += 1;
    await sync.switchPlatform(2);
    expect(sync.getState()?.session.pinned).toBe(false);
    // A switch of all sessions has no body, so that any proxy can repeat it.
    expect(env.calls.filter(isSwitch).map(({ body }) => body)).toEqual([{ scope: 'session' }, undefined]);
  });
});

it('passes the messages of the application to the page', async () => {
  const { env } = await liveTab();
  const seen: unknown[] = [];
  env.window.addEventListener('appMessage', (event) => seen.push((event as CustomEvent).detail));
  env.socket.emit('app:message', { name: 'note:created', payload: { id: 5 } });
  expect(seen).toEqual([{ name: 'note:created', payload: { id: 5 } }]);
});

describe('a new start', () => {
  it.each(['logout', 'destroy'] as const)('follows the next session after %s, without a new page', async (how) => {
    const { env, heard, server, sync, push } = await liveTab();
    if (how === 'logout') await sync.logout();
    else sync.destroy();
    expect(sync.getState()).toBeNull();
    sync.start();
    await settle();
    env.socket.accept();
    expect(sync.getState()?.session.id).toBe(SESSION_A);
    env.socket.emit('session:state', server.state());
    await push(server.switchTo(2, 'all', SESSION_B));
    expect(heard.platformSwitched).toHaveLength(1);
    expect(sync.getPerformanceMetrics().connected).toBe(true);
    const switching: unknown[] = [];
    env.window.addEventListener('platformSwitching', (event) => switching.push((event as CustomEvent).detail));
    await sync.switchPlatform(1).catch(() => {});
    expect(switching).toEqual([{ platformId: 1 }, { platformId: null }]);
  });

  it('works by `syncSessionState()` too, and without a session it stays signed out', async () => {
    let signedIn = true;
    const { sync } = await liveTab((call, server) => (signedIn ? answer : signedOut)(call, server));
    await sync.logout();
    signedIn = false;
    expect(await sync.syncSessionState()).toBeNull();
    signedIn = true;
    expect(await sync.syncSessionState()).toMatchObject({ session: { id: SESSION_A } });
  });

  it.each(['of a session that was ended', 'of a visitor', 'of a page that was destroyed and started again'])(
    'follows the sign-in in another tab: %s',
    async (whose) => {
      let signedIn = whose !== 'of a visitor';
      let began = false;
      const { env, sync } = await liveTab((call, fake) => {
        if (!signedIn) return signedOut(call);
        return call.path === '/api/session' && began ? { status: 200, body: fake.rest(SESSION_B) } : answer(call, fake);
      });
      const tell = async (key: string, newValue: string | null) => {
        env.window.dispatchEvent(Object.assign(new Event('storage'), { key, newValue }));
        await settle();
      };
      if (whose.endsWith('again')) {
        sync.destroy();
        sync.start();
        await settle();
        env.socket.accept();
      }
      if (signedIn) env.socket.emit('session:ended', ENDED);
      expect(sync.getState()).toBeNull();
      signedIn = began = true;
      await tell('of_the_page', SESSION_B);
      await tell('vedfolnir_session', null);
      expect(sync.getState()).toBeNull();
      await tell('vedfolnir_session', SESSION_B);
      expect(sync.getState()?.session.id).toBe(SESSION_B);
      expect(env.kept.get('vedfolnir_session')).toBe(SESSION_B);
      sync.destroy();
      await tell('vedfolnir_session', SESSION_A);
      expect(sync.getState()).toBeNull();
    },
  );

  it('is not ended by a late response of the previous session', async () => {
    let refuse = () => {};
    const { sync } = await liveTab((call, server) =>
      call.path === '/api/posts'
        ? new Promise((resolve) => (refuse = () => resolve(refusal(401, 'SESSION_REVOKED'))))
        : answer(call, server),
    );
    const late = sync.request('GET', '/api/posts');
    await sync.logout();
    sync.start();
    refuse();
    await expect(late).rejects.toMatchObject({ error_code: 'SESSION_REVOKED' });
    await settle();
    expect(sync.getState()).not.toBeNull();
  });
});

it('lets a removal go on when the page is left', async () => {
  const { env, sync } = await liveTab();
  const fetched = jest.spyOn(env, 'fetch');
  await sync.request('DELETE', '/api/posts/1').catch(() => undefined);
  await sync.request('GET', '/api/session');
  const seen = fetched.mock.calls.map(([, { method, keepalive }]) => [method, keepalive]);
  expect(seen).toEqual([
    ['DELETE', true],
    ['GET', false],
  ]);
});
