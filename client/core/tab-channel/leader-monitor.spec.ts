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

describe('the eye on the leader', () => {
  it('asks one that is silent whether it lives, and replaces one that does not answer', async () => {
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

  it('leaves one in peace that is heard, be it late', async () => {
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

  it('replaces one that nobody sees, where we are seen, and not for a moment', async () => {
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

  it('is shut when it is told', async () => {
    const { env, told, watch } = watching();
    watch.heartbeatReceived(UNSEEN);
    watch.stop();
    await env.pass(60_000);
    expect(told).toEqual([]);
    expect(env.pendingTimers).toBe(0);
  });
});

describe('the leader’s socket', () => {
  it('is ours as long as the last beat that says so is fresh', async () => {
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

  it('is not ours where it is not there', () => {
    const { watch } = watching();
    watch.heartbeatReceived({ visible: true, connected: false });
    expect(watch.live).toBe(false);
  });

  it('is not ours by a beat of the time to come: somebody has set the clock back', () => {
    const { env, watch } = watching();
    watch.heartbeatReceived(SEEN);
    env.now = () => env.time - 60_000;
    expect(watch.live).toBe(false);
  });
});
