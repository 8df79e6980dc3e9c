import { settle } from './testing/fake-environment';
import { FakeServer, SESSION_B } from './testing/fake-server';
import { answer, liveTab } from './testing/test-tab';

describe('SessionSync and lost messages', () => {
  it('recovers a lost push within 15 s over the socket', async () => {
    const { env, server, sync } = await liveTab();
    server.switchTo(2, 'all', SESSION_B);
    await env.pass(15_000);
    expect(sync.getState()?.platform?.id).toBe(2);
  });

  it('recovers a lost push within 15 s when the socket is dead but claims to be connected', async () => {
    const { env, server, sync } = await liveTab();
    const timesOut = (): Promise<never> =>
      new Promise((_, reject) => env.setTimeout(() => reject(new Error('timeout')), 2_500));
    env.socket.onSync = timesOut;
    env.chance = 0.999;
    await env.pass(100);
    server.switchTo(2, 'all', SESSION_B);
    await env.pass(14_900);
    expect(sync.getState()?.platform?.id).toBe(2);
    expect(env.socket.connects).toBe(2);
  });

  it('recovers it over HTTP, in the background, when there is no socket', async () => {
    const { env, server, sync } = await liveTab();
    env.socket.lose();
    server.switchTo(2, 'all', SESSION_B);
    await env.pass(15_000);
    expect(sync.getState()?.platform?.id).toBe(2);
    expect(env.calls.every(({ headers }) => headers['x-background'] === 'true')).toBe(true);
  });

  it('reads when an unreachable server pushes a state, and is connected again once it answers', async () => {
    let away = false;
    const { env, server, heard } = await liveTab((call, server) => {
      if (away) throw new Error('no network');
      return answer(call, server);
    });
    away = true;
    env.show('visible');
    await settle();
    expect(heard.sessionConnectionChanged).toEqual([{ connected: false }]);
    // Received repeatedly before the next poll: each state postpones the poll.
    env.socket.emit('session:state', server.state());
    await settle();
    expect(heard.sessionConnectionChanged).toHaveLength(1);
    away = false;
    env.socket.emit('session:state', server.state());
    await settle();
    expect(heard.sessionConnectionChanged).toEqual([{ connected: false }, { connected: true }]);
  });

  it('does not poll while hidden, and reads at once when shown', async () => {
    const { env, server, sync } = await liveTab();
    env.document.visibilityState = 'hidden';
    env.document.dispatchEvent(new Event('visibilitychange'));
    const syncs = sync.getPerformanceMetrics().syncs;
    server.switchTo(2, 'all', SESSION_B);
    await env.pass(60_000);
    expect(sync.getPerformanceMetrics().syncs).toBe(syncs);
    env.document.visibilityState = 'visible';
    env.document.dispatchEvent(new Event('visibilitychange'));
    await settle();
    expect(sync.getState()?.platform?.id).toBe(2);
  });

  it('opens a new connection and reads after the computer was asleep', async () => {
    const { env, server, sync } = await liveTab();
    server.switchTo(2, 'all', SESSION_B);
    await env.sleep(600_000);
    await env.pass(5_000);
    expect(sync.getState()?.platform?.id).toBe(2);
    expect(env.socket.connects).toBe(2);
  });

  it('reconnects after the server closed the socket, and reads the token again', async () => {
    const { env } = await liveTab();
    env.csrf = 'old';
    env.socket.lose('io server disconnect');
    await env.pass(500);
    expect(env.socket.connects).toBe(2);
    env.socket.accept();
    await settle();
    expect(env.csrf).toBe('csrf-1111');
  });

  it('keeps retrying when it is refused for another reason than the session', async () => {
    const { env, heard } = await liveTab();
    env.socket.lose();
    for (let attempt = 0; attempt < 20; attempt++) {
      await env.pass(6_000);
      env.socket.refuse({ error_code: 'RATE_LIMITED' });
    }
    expect(env.socket.connects).toBeGreaterThan(19);
    expect(heard.sessionExpired).toBeUndefined();
  });

  it('reads once more for callers during a read', async () => {
    const { env, sync } = await liveTab();
    let asked = 0;
    env.socket.onSync = async () => {
      asked += 1;
      return new FakeServer(() => env.time).state();
    };
    await Promise.all([sync.syncSessionState(), sync.syncSessionState(), sync.syncSessionState()]);
    expect(asked).toBe(2);
  });
});
