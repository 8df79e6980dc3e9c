import type { PostView } from '../../src/protocol/http';
import type { SessionEvents } from './details';
import { SessionSync } from './session-sync';
import { type Answer, type Call, FakeEnvironment, pageEvent, settle } from './testing/fake-environment';
import { type Fact, FakeServer, iso, OTHER, OURS } from './testing/fake-server';

const NAMES: (keyof SessionEvents)[] = [
  'sessionStateChanged',
  'platformSwitched',
  'sessionExpiring',
  'sessionExtended',
  'sessionExpired',
  'platformsChanged',
  'sessionConnectionChanged',
  'postUpdated',
  'postRemoved',
];

interface Tab {
  env: FakeEnvironment;
  server: FakeServer;
  sync: SessionSync;
  heard: Partial<Record<string, unknown[]>>;
  push(fact: Fact): Promise<void>;
}

function refusal(status: number, error_code: string): Answer {
  return { status, body: { success: false, error: error_code, error_code } };
}

function open(serve?: (call: Call, server: FakeServer) => Answer): Tab {
  const env = new FakeEnvironment();
  const server = new FakeServer(() => env.time);
  env.serve = (call) => serve?.(call, server) ?? answer(call, server);
  const heard: Tab['heard'] = {};
  const hear = (name: string) => (event: Event) => {
    heard[name] = [...(heard[name] ?? []), (event as CustomEvent).detail];
  };
  for (const name of NAMES) env.window.addEventListener(name, hear(name));
  env.document.addEventListener('sessionUpdated', hear('sessionUpdated'));
  const sync = new SessionSync(env).start();
  env.socket.onSync = async () => server.state();
  const push = async (fact: Fact) => {
    env.socket.emit(fact.name as 'platform:switched', fact.payload as never);
    await settle();
  };
  return { env, server, sync, heard, push };
}

function answer({ method, path }: Call, server: FakeServer): Answer {
  if (method === 'GET' && path === '/api/session') return { status: 200, body: server.rest() };
  if (path === '/api/session/extend') {
    server.lastActivity = Date.parse(server.state().server_time);
    return { status: 200, body: server.extended() };
  }
  if (path === '/api/auth/logout') return { status: 204 };
  return refusal(404, 'NOT_FOUND');
}

async function live(serve?: Parameters<typeof open>[0]): Promise<Tab> {
  const tab = open(serve);
  await settle();
  tab.env.socket.accept();
  tab.env.socket.emit('session:state', tab.server.state());
  await settle();
  return tab;
}

const signedOut = (call: Call) =>
  call.path === '/api/session' ? refusal(401, 'AUTHENTICATION_REQUIRED') : { status: 404 };

describe('SessionSync at the start', () => {
  it('tells its state once, updates the token and opens its socket', async () => {
    const { env, sync, heard } = await live();
    expect(heard.sessionStateChanged).toHaveLength(1);
    expect(heard.sessionUpdated).toHaveLength(1);
    expect(heard.platformSwitched).toBeUndefined();
    expect(heard.sessionStateChanged?.[0]).toMatchObject({
      user: { username: 'ada' },
      platform: { id: 1, name: 'Platform 1', type: 'mastodon', instanceUrl: 'https://p1.example', isDefault: true },
      session: { id: OURS },
      revision: 1,
    });
    expect(env.csrf).toBe('csrf-1111');
    expect(env.socket.auth()).toEqual({ tab_id: sync.getTabId(), revision: 1 });
    expect(env.calls[0]?.headers).toMatchObject({ 'x-background': 'true', 'x-tab-id': sync.getTabId() });
  });

  it('is quiet on a page without a session', async () => {
    const { env, heard, sync } = open(signedOut);
    await env.pass(120_000);
    expect(heard).toEqual({});
    expect(env.calls).toHaveLength(1);
    expect(env.socket.connects).toBe(0);
    expect(sync.getState()).toBeNull();
    expect(await sync.syncSessionState()).toBeNull();
    expect(heard).toEqual({});
  });

  it('tries again until the server answers', async () => {
    let up = false;
    const { env, heard } = open((call, server) => {
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

describe('SessionSync and posts', () => {
  it('tells of a post that changed, and of one that is gone', async () => {
    const { env, heard } = await live();
    const post = { id: 7, platform_id: 1, status: 'published' } as PostView;
    env.socket.emit('post:updated', { post, server_time: iso(0) });
    env.socket.emit('post:removed', { post_id: 7, platform_id: 1, server_time: iso(0) });
    expect(heard.postUpdated).toEqual([{ post }]);
    expect(heard.postRemoved).toEqual([{ postId: 7, platformId: 1 }]);
  });
});

describe('SessionSync and switches', () => {
  it('tells a pushed switch once, however often and whence it is heard', async () => {
    const { server, heard, push, sync } = await live();
    const fact = server.switchTo(2, 'all', OTHER, 'elsewhere');
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
      },
    ]);
  });

  it.each(['push first', 'answer first', 'push lost', 'with a gap'])('knows its own switch: %s', async (order) => {
    const tab = await live((call, server) => {
      if (!call.path.startsWith('/api/switch_platform/')) return answer(call, server);
      if (order === 'with a gap') server.rename(1, 'Renamed');
      const fact = server.switchTo(2, 'all', OURS, call.headers['x-tab-id']);
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

  it('tells nothing of a switch that the server refused', async () => {
    const { sync, heard } = await live((call, server) =>
      call.method === 'POST' ? refusal(404, 'PLATFORM_NOT_FOUND') : answer(call, server),
    );
    await expect(sync.switchPlatform(99)).rejects.toMatchObject({ status: 404, error_code: 'PLATFORM_NOT_FOUND' });
    expect(heard.platformSwitched).toBeUndefined();
    expect(sync.getState()?.platform?.id).toBe(1);
  });

  it('only looks when another script says that it switched', async () => {
    const { sync, server, heard, env } = await live();
    sync.notifyPlatformSwitch(3, 'Platform 3');
    await settle();
    expect(heard.platformSwitched).toBeUndefined();
    server.switchTo(2, 'all', OURS);
    const posts = env.calls.filter(({ method }) => method !== 'GET').length;
    sync.notifyPlatformSwitch(2, 'Platform 2');
    await settle();
    expect(heard.platformSwitched).toHaveLength(1);
    expect(env.calls.filter(({ method }) => method !== 'GET')).toHaveLength(posts);
  });

  it('does not loop when a listener of the state tells the document again', async () => {
    const { env, server, push, heard } = await live();
    env.window.addEventListener('sessionStateChanged', (event) => {
      env.document.dispatchEvent(new CustomEvent('sessionUpdated', { detail: (event as CustomEvent).detail }));
    });
    await push(server.switchTo(2, 'all', OTHER));
    expect(heard.sessionStateChanged).toHaveLength(2);
    expect(heard.sessionUpdated).toHaveLength(3);
  });

  it('asks when a revision is missing, and tells that the list may be another', async () => {
    const { server, push, heard, sync } = await live();
    server.rename(1, 'Renamed');
    await push(server.switchTo(2, 'all', OTHER));
    expect(sync.getState()).toMatchObject({ revision: 3, platform: { id: 2 } });
    expect(heard.platformsChanged).toEqual([{ platforms: null, revision: 3 }]);
    expect(sync.getPerformanceMetrics()).toMatchObject({ gaps: 1, connected: true, revision: 3 });
  });
});

describe('SessionSync and lost messages', () => {
  it('mends a lost push within 15 s over the socket', async () => {
    const { env, server, sync } = await live();
    server.switchTo(2, 'all', OTHER);
    await env.pass(15_000);
    expect(sync.getState()?.platform?.id).toBe(2);
  });

  it('mends a lost push within 15 s when the socket says that it is connected and is dead', async () => {
    const { env, server, sync } = await live();
    const timesOut = (): Promise<never> =>
      new Promise((_, reject) => env.setTimeout(() => reject(new Error('timeout')), 2_500));
    env.socket.onSync = timesOut;
    env.chance = 0.999;
    await env.pass(100);
    server.switchTo(2, 'all', OTHER);
    await env.pass(14_900);
    expect(sync.getState()?.platform?.id).toBe(2);
    expect(env.socket.connects).toBe(2);
  });

  it('mends it over HTTP, in the background, when there is no socket', async () => {
    const { env, server, sync } = await live();
    env.socket.lose();
    server.switchTo(2, 'all', OTHER);
    await env.pass(15_000);
    expect(sync.getState()?.platform?.id).toBe(2);
    expect(env.calls.every(({ headers }) => headers['x-background'] === 'true')).toBe(true);
  });

  it('does not poll while hidden, and looks at once when shown', async () => {
    const { env, server, sync } = await live();
    env.document.visibilityState = 'hidden';
    env.document.dispatchEvent(new Event('visibilitychange'));
    const syncs = sync.getPerformanceMetrics().syncs;
    server.switchTo(2, 'all', OTHER);
    await env.pass(60_000);
    expect(sync.getPerformanceMetrics().syncs).toBe(syncs);
    env.document.visibilityState = 'visible';
    env.document.dispatchEvent(new Event('visibilitychange'));
    await settle();
    expect(sync.getState()?.platform?.id).toBe(2);
  });

  it('makes a new connection and looks after the computer slept', async () => {
    const { env, server, sync } = await live();
    server.switchTo(2, 'all', OTHER);
    await env.sleep(600_000);
    await env.pass(5_000);
    expect(sync.getState()?.platform?.id).toBe(2);
    expect(env.socket.connects).toBe(2);
  });

  it('reconnects after the server closed the socket, and reads the token anew', async () => {
    const { env } = await live();
    env.csrf = 'old';
    env.socket.lose('io server disconnect');
    await env.pass(500);
    expect(env.socket.connects).toBe(2);
    env.socket.accept();
    await settle();
    expect(env.csrf).toBe('csrf-1111');
  });

  it('never stops trying when it is refused for another reason than the session', async () => {
    const { env, heard } = await live();
    env.socket.lose();
    for (let attempt = 0; attempt < 20; attempt++) {
      await env.pass(6_000);
      env.socket.refuse({ error_code: 'RATE_LIMITED' });
    }
    expect(env.socket.connects).toBeGreaterThan(19);
    expect(heard.sessionExpired).toBeUndefined();
  });

  it('reads once more for whoever asks during a reading', async () => {
    const { env, sync } = await live();
    let asked = 0;
    env.socket.onSync = async () => {
      asked += 1;
      return new FakeServer(() => env.time).state();
    };
    await Promise.all([sync.syncSessionState(), sync.syncSessionState(), sync.syncSessionState()]);
    expect(asked).toBe(2);
  });
});

describe('SessionSync at the end of a session', () => {
  it('tells it once, with the reason of the server, and is silent from then on', async () => {
    const { env, heard, sync } = await live();
    env.kept.set('vedfolnir_theme', 'dark').set('other', 'kept');
    const ended = { session_id: OURS, reason: 'revoked', error_code: 'SESSION_REVOKED', at: iso(0) } as const;
    env.socket.emit('session:ended', ended);
    env.socket.emit('session:ended', ended);
    const { connects } = env.socket;
    await env.pass(60_000);
    expect(heard.sessionExpired).toEqual([{ reason: 'revoked', errorCode: 'SESSION_REVOKED' }]);
    expect(env.socket.connects).toBe(connects);
    expect(env.pendingTimers).toBe(0);
    expect(sync.getState()).toBeNull();
    expect([...env.kept.keys()]).toEqual(['other']);
  });

  it('does not mind the end of another session', async () => {
    const { env, heard } = await live();
    env.socket.emit('session:ended', {
      session_id: OTHER,
      reason: 'logout',
      error_code: 'SESSION_REVOKED',
      at: iso(0),
    });
    expect(heard.sessionExpired).toBeUndefined();
  });

  it('hears it from a refused handshake, once HTTP says the same', async () => {
    let over = false;
    const { env, heard } = await live((call, server) =>
      over ? refusal(401, 'SESSION_REVOKED') : answer(call, server),
    );
    env.socket.lose('io server disconnect');
    await env.pass(500);
    env.socket.refuse({ error_code: 'SESSION_REVOKED' });
    await env.pass(400);
    expect(heard.sessionExpired).toBeUndefined();
    over = true;
    await env.pass(3_000);
    env.socket.refuse({ error_code: 'SESSION_REVOKED' });
    await env.pass(400);
    expect(heard.sessionExpired).toEqual([{ reason: 'revoked', errorCode: 'SESSION_REVOKED' }]);
  });

  it('hears it from any refused call', async () => {
    const { sync, heard } = await live((call, server) =>
      call.path === '/api/posts' ? refusal(401, 'SESSION_EXPIRED') : answer(call, server),
    );
    await expect(sync.request('GET', '/api/posts')).rejects.toMatchObject({ error_code: 'SESSION_EXPIRED' });
    expect(heard.sessionExpired).toEqual([{ reason: 'idle', errorCode: 'SESSION_EXPIRED' }]);
  });

  it('takes a wrong password for a wrong password', async () => {
    const { sync, heard } = await live((call, server) =>
      call.method === 'POST' ? refusal(401, 'INVALID_CREDENTIALS') : answer(call, server),
    );
    await expect(sync.request('POST', '/api/auth/password', { body: {} })).rejects.toMatchObject({ status: 401 });
    expect(heard.sessionExpired).toBeUndefined();
  });

  it('logs out, and says so once though the server says it too', async () => {
    const { env, sync, heard } = await live();
    await sync.logout();
    env.socket.emit('session:ended', { session_id: OURS, reason: 'logout', error_code: 'SESSION_REVOKED', at: iso(0) });
    expect(heard.sessionExpired).toEqual([{ reason: 'logout', errorCode: 'SESSION_REVOKED' }]);
  });

  it('looks again after the cache of pages gave it back, and says when the session is over', async () => {
    let over = false;
    const { env, heard } = await live((call, server) =>
      over ? refusal(401, 'AUTHENTICATION_REQUIRED') : answer(call, server),
    );
    env.window.dispatchEvent(pageEvent('pagehide', true));
    expect(env.socket.connected).toBe(false);
    over = true;
    env.window.dispatchEvent(pageEvent('pageshow', true));
    await settle();
    expect(heard.sessionExpired).toEqual([{ reason: 'logout', errorCode: 'AUTHENTICATION_REQUIRED' }]);
  });
});

describe('SessionSync and deadlines', () => {
  it('tells a warning once, and its end once', async () => {
    const { env, server, sync, heard } = await live();
    await env.pass(1_000);
    const { expires_at } = server.deadlines();
    const expiring = { session_id: OURS, reason: 'idle', expires_at, server_time: iso(env.time) } as const;
    env.socket.emit('session:expiring', expiring);
    env.socket.emit('session:expiring', expiring);
    expect(heard.sessionExpiring).toEqual([{ reason: 'idle', expiresAt: expires_at }]);
    await sync.extendSession();
    env.socket.emit('session:extended', { session_id: OURS, ...server.extended() });
    server.lastActivity += 5;
    env.socket.emit('session:extended', { session_id: OURS, ...server.extended() });
    expect(heard.sessionExtended).toHaveLength(1);
    env.socket.emit('session:expiring', expiring);
    expect(heard.sessionExpiring).toHaveLength(1);
  });

  it('warns by itself, late, when the warning of the server was lost', async () => {
    const { env, server, heard } = await live();
    await env.pass(server.idleMs - 40_000);
    expect(heard.sessionExpiring).toBeUndefined();
    await env.pass(11_000);
    expect(heard.sessionExpiring).toEqual([{ reason: 'idle', expiresAt: server.deadlines().expires_at }]);
  });

  it.each([-86_400_000, 86_400_000])('reckons by the clock of the server, its own being off by %i ms', async (off) => {
    const env = new FakeEnvironment();
    const server = new FakeServer(() => env.time - off);
    env.serve = (call) => answer(call, server);
    const sync = new SessionSync(env).start();
    await settle();
    expect(Math.abs(sync.millisecondsUntil(server.deadlines().expires_at) - server.idleMs)).toBeLessThan(1_000);
    sync.destroy();
  });

  it('asks at the deadline and believes the answer', async () => {
    let over = false;
    const { env, server, heard } = await live((call, server) =>
      over ? refusal(401, 'SESSION_EXPIRED') : answer(call, server),
    );
    env.document.visibilityState = 'hidden';
    env.document.dispatchEvent(new Event('visibilitychange'));
    server.lastActivity += 3_600_000;
    await env.pass(12 * 3_600_000 + 1_000);
    expect(heard.sessionExpired).toBeUndefined();
    over = true;
    await env.pass(3_600_000);
    expect(heard.sessionExpired).toEqual([{ reason: 'idle', errorCode: 'SESSION_EXPIRED' }]);
  });
});

describe('SessionSync and activity', () => {
  const press = (env: FakeEnvironment) => env.window.dispatchEvent(new Event('keydown'));

  async function counted() {
    const tab = await live();
    let told = 0;
    tab.env.socket.onActivity = async () => {
      told += 1;
      tab.server.lastActivity = tab.env.time;
      return tab.server.extended();
    };
    return { ...tab, told: () => told };
  }

  it('tells of a busy person at most once a minute', async () => {
    const { env, told } = await counted();
    for (let second = 0; second < 120; second++) {
      press(env);
      await env.pass(1_000);
    }
    expect(told()).toBe(2);
  });

  it('tells nothing of an idle one, whatever the page does', async () => {
    const { env, told, sync } = await counted();
    await env.pass(300_000);
    env.window.dispatchEvent(new Event('online'));
    await sync.syncSessionState();
    expect(told()).toBe(0);
    expect(env.calls.every(({ headers }) => headers['x-background'] === 'true')).toBe(true);
  });

  it('tells more often where the idle limit is short', async () => {
    const { env, server, told, sync } = await counted();
    server.idleMs = 6_000;
    await sync.syncSessionState();
    for (let press10 = 0; press10 < 20; press10++) {
      press(env);
      await env.pass(100);
    }
    expect(told()).toBeGreaterThanOrEqual(3);
    expect(told()).toBeLessThanOrEqual(4);
  });

  it('waits for the answer while a listener asks the person', async () => {
    const { env, server, told, sync } = await counted();
    env.window.addEventListener('sessionExpiring', (event) => event.preventDefault());
    const { expires_at } = server.deadlines();
    env.socket.emit('session:expiring', { session_id: OURS, reason: 'idle', expires_at, server_time: iso(env.time) });
    press(env);
    await settle();
    expect(told()).toBe(0);
    await env.pass(1_000);
    await sync.extendSession();
    press(env);
    await settle();
    expect(told()).toBe(1);
  });
});

describe('SessionSync and its token', () => {
  it('reads a stale token anew and tries once more', async () => {
    const { env, sync } = await live((call, server) => {
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

  it('never repeats a call as another person', async () => {
    let swapped = false;
    const tab = await live((call, server) => {
      if (call.path === '/api/posts') return refusal(403, 'CSRF_INVALID');
      const user = { ...server.state().user, id: 8, username: 'bob' };
      return swapped ? { status: 200, body: { ...server.rest(OTHER), user } } : answer(call, server);
    });
    swapped = true;
    await expect(tab.sync.request('POST', '/api/posts', { body: {} })).rejects.toMatchObject({
      error_code: 'CSRF_INVALID',
    });
    expect(tab.env.calls.filter(({ path }) => path === '/api/posts')).toHaveLength(1);
    expect(tab.sync.getState()?.user.username).toBe('bob');
    expect(tab.env.socket.connects).toBe(2);
  });

  it('does not take a page of HTML for an answer', async () => {
    const tab = await live();
    tab.env.fetch = async () => new Response('<!doctype html>', { status: 200 });
    await expect(tab.sync.request('GET', '/api/posts')).rejects.toMatchObject({ error_code: 'GENERIC_ERROR' });
  });
});

it('stops everything when destroyed', async () => {
  const { env, sync, server, push, heard } = await live();
  sync.destroy();
  await push(server.switchTo(2, 'all', OTHER));
  await env.pass(60_000);
  expect(env.pendingTimers).toBe(0);
  expect(heard.platformSwitched).toBeUndefined();
});
