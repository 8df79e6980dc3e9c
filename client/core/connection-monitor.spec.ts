import type { ConnectionStatus } from './event-details';
import { refusal, settle } from './testing/fake-environment';
import { endOf, SESSION_A } from './testing/fake-server';
import { answer, openTab, signedOut } from './testing/test-tab';

const LOST_MS = 2_500;

/** A tab whose server answers, refuses or is unreachable; and the statuses that its page was notified of. */
function following(first: 'up' | 'busy' | 'away' = 'up') {
  const http = { is: first };
  const tab = openTab((call, server) => {
    if (http.is === 'away') throw new Error('no network');
    return http.is === 'busy' ? refusal(503, 'DATABASE_ERROR') : answer(call, server);
  });
  const told: ConnectionStatus[] = [];
  tab.env.window.addEventListener('connectionStatusChanged', (event) => {
    const { status } = (event as CustomEvent<{ status: ConnectionStatus }>).detail;
    told.push(status);
    expect(tab.sync.getConnectionStatus()).toBe(status);
    if (status === 'none') expect(tab.sync.getState()).toBeNull();
  });
  return { ...tab, http, told };
}

describe('the connection of a tab', () => {
  it('is connecting at first, and live with the socket', async () => {
    const { env, sync, told } = following();
    expect(sync.getConnectionStatus()).toBe('connecting');
    await settle();
    expect(told).toEqual([]);
    env.socket.accept();
    expect(told).toEqual(['live']);
  });

  it('is polling when no socket opens for a while and HTTP answers, until one does', async () => {
    const { env, told, heard } = following();
    await env.pass(LOST_MS - 1);
    expect(told).toEqual([]);
    env.socket.refuse();
    await env.pass(10);
    expect(told).toEqual(['polling']);
    await env.pass(60_000);
    expect(told).toEqual(['polling']);
    env.socket.accept();
    expect(told).toEqual(['polling', 'live']);
    env.socket.lose();
    await settle();
    expect(told).toEqual(['polling', 'live']);
    expect(heard.sessionConnectionChanged).toBeUndefined();
  });

  it('is offline when no socket opens and HTTP does not answer either', async () => {
    const { env, http, told } = following();
    await settle();
    env.socket.accept();
    http.is = 'away';
    env.socket.lose();
    await env.pass(LOST_MS + 1);
    expect(told).toEqual(['live', 'offline']);
  });

  it('is polling when HTTP answers, even with an error', async () => {
    const { env, http, told } = following();
    await settle();
    http.is = 'busy';
    await env.pass(LOST_MS + 1);
    expect(told).toEqual(['polling']);
  });

  it('stays live through short losses of the socket', async () => {
    const { env, told } = following();
    await settle();
    env.socket.accept();
    for (let loss = 0; loss < 3; loss++) {
      env.socket.lose();
      await env.pass(LOST_MS - 500);
      env.socket.accept();
      await env.pass(LOST_MS - 500);
    }
    expect(told).toEqual(['live']);
    // One at the start, and one after each loss, which may have hidden events.
    expect(env.calls).toHaveLength(4);
  });

  it('is connecting when the network is back', async () => {
    const { env, http, sync, told, heard } = following('away');
    await env.pass(20_000);
    expect(told).toEqual(['offline']);
    http.is = 'up';
    await sync.syncSessionState();
    expect(told).toEqual(['offline', 'connecting']);
    expect(sync.isFresh()).toBe(true);
    env.socket.accept();
    env.window.dispatchEvent(new Event('offline'));
    expect(told).toEqual(['offline', 'connecting', 'live', 'offline']);
    expect(heard.sessionConnectionChanged).toEqual([{ connected: false }, { connected: true }, { connected: false }]);
  });

  it('is not probed by a hidden page', async () => {
    const { env, told } = following();
    await settle();
    env.show('hidden');
    const asked = env.calls.length;
    await env.pass(60_000);
    expect(env.calls).toHaveLength(asked);
    expect(told).toEqual([]);
    env.show('visible');
    await settle();
    expect(told).toEqual(['polling']);
  });

  it('is none without a session, whatever the server answers', async () => {
    let failing: 'busy' | 'away' | undefined;
    const { env, sync, heard } = openTab((call) => {
      if (failing === 'away') throw new Error('no network');
      return failing ? refusal(503, 'DATABASE_ERROR') : signedOut(call);
    });
    await settle();
    for (failing of ['busy', 'away'] as const) {
      await sync.syncSessionState();
      expect(sync.getConnectionStatus()).toBe('none');
      expect(env.pendingTimers).toBe(0);
    }
    expect(heard).toEqual({});
  });

  it('is none after the end of the session, without a grace period', async () => {
    const { env, sync, told } = following();
    await settle();
    await sync.syncSessionState();
    env.socket.emit('session:ended', endOf(SESSION_A, 'logout'));
    expect(told).toEqual(['none']);
    expect(env.pendingTimers).toBe(0);
  });

  it('is tracked again after a later sign-in', async () => {
    let signedIn = false;
    const { env, sync } = openTab((call, server) => (signedIn ? answer(call, server) : signedOut(call)));
    await settle();
    signedIn = true;
    await sync.syncSessionState();
    expect(sync.getConnectionStatus()).toBe('connecting');
    env.socket.accept();
    expect(sync.getConnectionStatus()).toBe('live');
  });
});
