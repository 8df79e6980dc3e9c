import { SessionSync } from './session-sync';
import { FakeEnvironment, refusal, settle } from './testing/fake-environment';
import { FakeServer, iso, SESSION_A, SESSION_B } from './testing/fake-server';
import { answer, liveTab } from './testing/test-tab';

describe('SessionSync and deadlines', () => {
  it('announces a warning once, and an extension once', async () => {
    const { env, server, sync, heard } = await liveTab();
    await env.pass(1_000);
    const { expires_at } = server.deadlines();
    const expiring = { session_id: SESSION_A, reason: 'idle', expires_at, server_time: iso(env.time) } as const;
    env.socket.emit('session:expiring', expiring);
    env.socket.emit('session:expiring', expiring);
    expect(heard.sessionExpiring).toEqual([{ reason: 'idle', expiresAt: expires_at }]);
    await sync.extendSession();
    env.socket.emit('session:extended', { session_id: SESSION_A, ...server.extended() });
    server.lastActivity += 5;
    env.socket.emit('session:extended', { session_id: SESSION_A, ...server.extended() });
    expect(heard.sessionExtended).toHaveLength(1);
    env.socket.emit('session:expiring', expiring);
    expect(heard.sessionExpiring).toHaveLength(1);
  });

  it('warns on its own, later, when the warning of the server was lost', async () => {
    const { env, server, heard } = await liveTab();
    await env.pass(server.idleMs - 40_000);
    expect(heard.sessionExpiring).toBeUndefined();
    await env.pass(11_000);
    expect(heard.sessionExpiring).toEqual([{ reason: 'idle', expiresAt: server.deadlines().expires_at }]);
  });

  it.each([-86_400_000, 86_400_000])('uses the clock of the server if its own is off by %i ms', async (off) => {
    const env = new FakeEnvironment();
    const server = new FakeServer(() => env.time - off);
    env.serve = (call) => answer(call, server);
    const sync = new SessionSync(env).start();
    await settle();
    expect(Math.abs(sync.millisecondsUntil(server.deadlines().expires_at) - server.idleMs)).toBeLessThan(1_000);
    sync.destroy();
  });

  it('does not set its clock by a delayed state', async () => {
    const { env, server, sync } = await liveTab();
    const held = server.state();
    await env.pass(600_000);
    await sync.syncSessionState();
    env.socket.emit('session:state', held);
    const { expires_at } = server.deadlines();
    expect(sync.millisecondsUntil(expires_at)).toBe(Date.parse(expires_at) - env.time);
  });

  it.each(['asked for', 'by user activity'])('ignores those of the previous session, %s', async (how) => {
    const { env, server, sync, heard } = await liveTab();
    await env.pass(2_000);
    const next = new FakeServer(() => env.time);
    const later = server.extended();
    later.expires_at = later.idle_expires_at = iso(server.expiresAt + 60_000);
    let reply = () => {};
    env.serve = (call) =>
      call.method === 'GET'
        ? { status: 200, body: next.rest(SESSION_B) }
        : new Promise((resolve) => (reply = () => resolve({ status: 200, body: later })));
    env.socket.onActivity = () => new Promise((resolve) => (reply = () => resolve(later)));
    if (how === 'asked for') void sync.extendSession();
    else env.window.dispatchEvent(new Event('keydown'));
    await settle();
    env.socket.emit('session:state', next.state(SESSION_B));
    await settle();
    const had = sync.getState()?.session.expiresAt;
    reply();
    await settle();
    expect(sync.getState()?.session.id).toBe(SESSION_B);
    expect(sync.getState()?.session.expiresAt).toBe(had);
    expect(heard.sessionExtended).toBeUndefined();
  });

  it('asks at the deadline and trusts the response', async () => {
    let over = false;
    const { env, server, heard } = await liveTab((call, server) =>
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
    const tab = await liveTab();
    let told = 0;
    tab.env.socket.onActivity = async () => {
      told += 1;
      tab.server.lastActivity = tab.env.time;
      return tab.server.extended();
    };
    return { ...tab, told: () => told };
  }

  it('reports activity at most once a minute', async () => {
    const { env, told } = await counted();
    for (let second = 0; second < 120; second++) {
      press(env);
      await env.pass(1_000);
    }
    expect(told()).toBe(2);
  });

  it('reports nothing for an idle user, whatever the page does', async () => {
    const { env, told, sync } = await counted();
    await env.pass(300_000);
    env.window.dispatchEvent(new Event('online'));
    await sync.syncSessionState();
    expect(told()).toBe(0);
    expect(env.calls.every(({ headers }) => headers['x-background'] === 'true')).toBe(true);
  });

  it('reports more often if the idle limit is short', async () => {
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

  it('reports nothing while a listener asks the user', async () => {
    const { env, server, told, sync } = await counted();
    env.window.addEventListener('sessionExpiring', (event) => event.preventDefault());
    const { expires_at } = server.deadlines();
    env.socket.emit('session:expiring', {
      session_id: SESSION_A,
      reason: 'idle',
      expires_at,
      server_time: iso(env.time),
    });
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
