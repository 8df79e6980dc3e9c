import { FakeEnvironment } from '../testing/fake-environment';
import { LeaderMonitor } from './leader-monitor';

const SEEN = { visible: true, connected: true };
const UNSEEN = { visible: false, connected: true };
/** With the jitter at its mean: asks 1 s after the last heartbeat, and waits 425 ms for an answer. */
const ASKS_MS = 1_000;
const WAITS_MS = 425;

function watching() {
  const env = new FakeEnvironment();
  const told: string[] = [];
  const watch = new LeaderMonitor(env, {
    probe: () => told.push('probe'),
    takeOver: () => told.push('take over'),
  });
  watch.start();
  return { env, told, watch };
}

describe('the monitor of the leader', () => {
  it('probes a silent leader, and replaces it without an answer', async () => {
    const { env, told } = watching();
    await env.pass(ASKS_MS - 1);
    expect(told).toEqual([]);
    await env.pass(1);
    expect(told).toEqual(['probe']);
    await env.pass(WAITS_MS - 1);
    expect(told).toEqual(['probe']);
    await env.pass(1);
    expect(told).toEqual(['probe', 'take over']);
  });

  it('does not replace a leader whose heartbeat comes, even late', async () => {
    const { env, told, watch } = watching();
    for (let beat = 0; beat < 10; beat++) {
      await env.pass(500);
      watch.heartbeatReceived(SEEN);
    }
    expect(told).toEqual([]);
    await env.pass(ASKS_MS + WAITS_MS - 1);
    watch.heartbeatReceived(SEEN);
    await env.pass(WAITS_MS);
    expect(told).toEqual(['probe']);
  });

  it('replaces a hidden leader if this tab is visible, but not for a short time', async () => {
    const { env, told, watch } = watching();
    watch.heartbeatReceived(UNSEEN);
    await env.pass(300);
    watch.heartbeatReceived(SEEN);
    await env.pass(300);
    expect(told).toEqual([]);
    watch.heartbeatReceived(UNSEEN);
    await env.pass(400);
    expect(told).toEqual(['take over']);
    env.document.visibilityState = 'hidden';
    watch.heartbeatReceived(UNSEEN);
    await env.pass(600);
    expect(told).toEqual(['take over']);
  });

  it('stops its timers', async () => {
    const { env, told, watch } = watching();
    watch.heartbeatReceived(UNSEEN);
    watch.stop();
    await env.pass(60_000);
    expect(told).toEqual([]);
    expect(env.pendingTimers).toBe(0);
  });
});

describe('the leader’s socket', () => {
  it('is live as long as the last heartbeat is recent', async () => {
    const { env, watch } = watching();
    expect(watch.live).toBe(false);
    watch.heartbeatReceived(SEEN);
    expect(watch.live).toBe(true);
    watch.stop();
    await env.pass(1_499);
    expect(watch.live).toBe(true);
    await env.pass(1);
    expect(watch.live).toBe(false);
  });

  it('is not live if it is not connected', () => {
    const { watch } = watching();
    watch.heartbeatReceived({ visible: true, connected: false });
    expect(watch.live).toBe(false);
  });

  it('is not live by a heartbeat from the future: the clock was set back', () => {
    const { env, watch } = watching();
    watch.heartbeatReceived(SEEN);
    env.now = () => env.time - 60_000;
    expect(watch.live).toBe(false);
  });
});
