import type { PostView } from '../../src/protocol/http';
import { refusal, settle } from './testing/fake-environment';
import { iso, SESSION_A, SESSION_B } from './testing/fake-server';
import { answer, liveTab, openTab, signedOut } from './testing/test-tab';

describe('SessionSync at the start', () => {
  it('announces its state once, updates the token and opens its socket', async () => {
    const { env, sync, heard } = await liveTab();
    expect(heard.sessionStateChanged).toHaveLength(1);
    expect(heard.sessionUpdated).toHaveLength(1);
    expect(heard.platformSwitched).toBeUndefined();
    expect(heard.sessionStateChanged?.[0]).toMatchObject({
      user: { username: 'ada' },
      platform: { id: 1, name: 'Platform 1', type: 'mastodon', instanceUrl: 'https://p1.example', isDefault: true },
      session: { id: SESSION_A },
      revision: 1,
    });
    expect(env.csrf).toBe('csrf-1111');
    expect(env.socket.auth()).toEqual({ tab_id: sync.getTabId(), revision: 1 });
    expect(env.calls[0]?.headers).toMatchObject({ 'x-background': 'true', 'x-tab-id': sync.getTabId() });
  });

  it('is silent on a page without a session', async () => {
    const { env, heard, sync } = openTab(signedOut);
    await env.pass(120_000);
    expect(heard).toEqual({});
    expect(env.calls).toHaveLength(1);
    expect(env.socket.connects).toBe(0);
    expect(sync.getState()).toBeNull();
    expect(await sync.syncSessionState()).toBeNull();
    expect(heard).toEqual({});
  });

  it('retries until the server answers', async () => {
    let up = false;
    const { env, heard } = openTab((call, server) => {
      if (!up) throw new Error('no network');
      return answer(call, server);
    });
    await settle();
    expect(heard.sessionConnectionChanged).toEqual([{ connected: false }]);
    up = true;
    await env.pass(3_000);
    expect(heard.sessionStateChanged).toHaveLength(1);
    expect(heard.sessionConnectionChanged).toEqual([{ connected: false }, { connected: true }]);
  });
});

it.each(['visible', 'hidden'] as const)(
  'retries an unreachable server at a constant rate, in a %s page',
  async (how) => {
    const { env, sync } = openTab(() => {
      throw new Error('no network');
    });
    env.show(how);
    await env.pass(60_000);
    const asked = env.calls.length;
    // Every two seconds, and by the poll of a visible page.
    expect(asked).toBeGreaterThanOrEqual(30);
    expect(asked).toBeLessThanOrEqual(40);
    sync.destroy();
    expect(env.pendingTimers).toBe(0);
  },
);

describe('SessionSync and posts', () => {
  it('announces a changed post and a removed one', async () => {
    const { env, heard } = await liveTab();
    const post = { id: 7, platform_id: 1, status: 'published' } as PostView;
    env.socket.emit('post:updated', { post, server_time: iso(0) });
    env.socket.emit('post:removed', { post_id: 7, platform_id: 1, server_time: iso(0) });
    expect(heard.postUpdated).toEqual([{ post }]);
    expect(heard.postRemoved).toEqual([{ postId: 7, platformId: 1 }]);
  });
});

describe('SessionSync and switches', () => {
  it('announces a pushed switch once, however often it is received', async () => {
    const { server, heard, push, sync } = await liveTab();
    const fact = server.switchTo(2, 'all', SESSION_B, 'elsewhere');
    await push(fact);
    await push(fact);
    await sync.syncSessionState();
    expect(heard.platformSwitched).toEqual([
      {
        platformId: 2,
        platformName: 'Platform 2',
        platformType: 'pixelfed',
        previousPlatformId: 1,
        fromThisTab: false,
        originSessionId: SESSION_B,
      },
    ]);
  });

  it.each(['push first', 'answer first', 'push lost', 'with a gap'])('recognises its own switch: %s', async (order) => {
    const tab = await liveTab((call, server) => {
      if (!call.path.startsWith('/api/switch_platform/')) return answer(call, server);
      if (order === 'with a gap') server.rename(1, 'Renamed');
      const fact = server.switchTo(2, 'all', SESSION_A, call.headers['x-tab-id']);
      if (order === 'push first') void tab.push(fact);
      if (order === 'answer first') tab.env.setTimeout(() => void tab.push(fact), 10);
      return { status: 200, body: { success: true, platform: server.find(2), revision: server.revision } };
    });
    const result = await tab.sync.switchPlatform(2);
    await tab.env.pass(50);
    expect(result).toMatchObject({ success: true, platform: { id: 2 } });
    expect(tab.heard.platformSwitched).toHaveLength(1);
    expect(tab.heard.platformSwitched?.[0]).toMatchObject({ platformId: 2, fromThisTab: true });
    expect(tab.sync.getState()?.revision).toBe(tab.server.revision);
    const post = tab.env.calls.find(({ method }) => method === 'POST');
    expect(post?.headers).toMatchObject({ 'x-csrftoken': 'csrf-1111', 'x-tab-id': tab.sync.getTabId() });
  });

  it('announces no switch that the server refused', async () => {
    const { sync, heard } = await liveTab((call, server) =>
      call.method === 'POST' ? refusal(404, 'PLATFORM_NOT_FOUND') : answer(call, server),
    );
    await expect(sync.switchPlatform(99)).rejects.toMatchObject({ status: 404, error_code: 'PLATFORM_NOT_FOUND' });
    expect(heard.platformSwitched).toBeUndefined();
    expect(sync.getState()?.platform?.id).toBe(1);
  });

  it('only reads when another script says that it switched', async () => {
    const { sync, server, heard, env } = await liveTab();
    sync.notifyPlatformSwitch(3, 'Platform 3');
    await settle();
    expect(heard.platformSwitched).toBeUndefined();
    server.switchTo(2, 'all', SESSION_A);
    const posts = env.calls.filter(({ method }) => method !== 'GET').length;
    sync.notifyPlatformSwitch(2, 'Platform 2');
    await settle();
    expect(heard.platformSwitched).toHaveLength(1);
    expect(env.calls.filter(({ method }) => method !== 'GET')).toHaveLength(posts);
  });

  it('does not loop when a listener of the state dispatches it on the document again', async () => {
    const { env, server, push, heard } = await liveTab();
    env.window.addEventListener('sessionStateChanged', (event) => {
      env.document.dispatchEvent(new CustomEvent('sessionUpdated', { detail: (event as CustomEvent).detail }));
    });
    await push(server.switchTo(2, 'all', SESSION_B));
    expect(heard.sessionStateChanged).toHaveLength(2);
    expect(heard.sessionUpdated).toHaveLength(3);
  });

  it('reads when a revision is missing, and announces that the list may have changed', async () => {
    const { server, push, heard, sync } = await liveTab();
    server.rename(1, 'Renamed');
    await push(server.switchTo(2, 'all', SESSION_B));
    expect(sync.getState()).toMatchObject({ revision: 3, platform: { id: 2 } });
    expect(heard.platformsChanged).toEqual([{ platforms: null, revision: 3 }]);
    expect(sync.getPerformanceMetrics()).toMatchObject({ gaps: 1, connected: true, revision: 3 });
  });
});

describe('SessionSync and its token', () => {
  it('reads a stale token again and retries once', async () => {
    const { env, sync } = await liveTab((call, server) => {
      if (call.path === '/api/posts') {
        return call.headers['x-csrftoken'] === 'new' ? { status: 201, body: { id: 1 } } : refusal(403, 'CSRF_INVALID');
      }
      return call.path === '/api/session' && seen++ > 0
        ? { status: 200, body: { ...server.rest(), csrf_token: 'new' } }
        : answer(call, server);
    });
    await expect(sync.request('POST', '/api/posts', { body: {} })).resolves.toEqual({ id: 1 });
    expect(env.calls.filter(({ path }) => path === '/api/posts')).toHaveLength(2);
  });
  let seen = 0;

  it.each(['by reading again', 'before it is refused'])(
    'never repeats a request as another user, detected %s',
    async (when) => {
      let swapped = false;
      const tab = await liveTab((call, server) => {
        const bob = { ...server.rest(SESSION_B), user: { ...server.state().user, id: 8, username: 'bob' } };
        if (call.path !== '/api/posts') return swapped ? { status: 200, body: bob } : answer(call, server);
        swapped = true;
        if (when === 'before it is refused') tab.env.socket.emit('session:state', bob);
        return refusal(403, 'CSRF_INVALID');
      });
      await expect(tab.sync.request('POST', '/api/posts', { body: {} })).rejects.toMatchObject({
        error_code: 'CSRF_INVALID',
      });
      expect(tab.env.calls.filter(({ path }) => path === '/api/posts')).toHaveLength(1);
      expect(tab.sync.getState()?.user.username).toBe('bob');
      expect(tab.env.socket.connects).toBe(2);
    },
  );

  it('gives up on a request if the token cannot be read again', async () => {
    let away = false;
    const tab = await liveTab((call, server) => {
      if (call.path === '/api/posts') return refusal(403, 'CSRF_INVALID');
      if (away) throw new Error('no network');
      return answer(call, server);
    });
    away = true;
    await expect(tab.sync.request('POST', '/api/posts', { body: {} })).rejects.toMatchObject({
      error_code: 'CSRF_INVALID',
    });
    expect(tab.env.calls.filter(({ path }) => path === '/api/posts')).toHaveLength(1);
  });

  it('does not accept an HTML page as a response', async () => {
    const tab = await liveTab();
    tab.env.fetch = async () => new Response('<!doctype html>', { status: 200 });
    await expect(tab.sync.request('GET', '/api/posts')).rejects.toMatchObject({ error_code: 'GENERIC_ERROR' });
  });
});

it('stops everything when destroyed', async () => {
  const { env, sync, server, push, heard } = await liveTab();
  sync.destroy();
  await push(server.switchTo(2, 'all', SESSION_B));
  await env.pass(60_000);
  expect(env.pendingTimers).toBe(0);
  expect(heard.platformSwitched).toBeUndefined();
});
