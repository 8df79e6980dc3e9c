import { RefreshTriggers } from './refresh-triggers';
import { FakeEnvironment, pageEvent } from './testing/fake-environment';

/** With the jitter at its mean. */
const POLL_MS = 9_250;
const FOLLOWER_MS = 10_750;

function looking(follows = false) {
  const env = new FakeEnvironment();
  const told: string[] = [];
  const tell = (what: string) => () => void told.push(what);
  const triggers = new RefreshTriggers(env, {
    refresh: (stale) => told.push(stale ? 'refresh, stale' : 'refresh'),
    pageRestored: tell('restored'),
    pageSuspended: tell('stored'),
    poll: tell('poll'),
    offline: tell('offline'),
    isFollower: () => follows,
  });
  triggers.start();
  return { env, told, triggers };
}

describe('a visible page', () => {
  it.each([
    ['leads', false, POLL_MS],
    ['follows', true, FOLLOWER_MS],
  ])('that %s polls once per interval', async (_what, follows, every) => {
    const { env, told } = looking(follows);
    await env.pass(every - 1);
    expect(told).toEqual([]);
    await env.pass(1);
    expect(told).toEqual(['poll']);
    await env.pass(10 * every);
    expect(told).toHaveLength(11);
  });

  it('postpones its poll when a whole state was received, and does not poll more often', async () => {
    const { env, told, triggers } = looking(true);
    for (let heard = 0; heard < 5; heard++) {
      await env.pass(FOLLOWER_MS - 1);
      triggers.stateRead();
    }
    expect(told).toEqual([]);
    await env.pass(3 * FOLLOWER_MS);
    expect(told).toEqual(['poll', 'poll', 'poll']);
  });

  it('does not poll more often when shown or started again', async () => {
    const { env, told, triggers } = looking();
    triggers.start();
    env.show('visible');
    env.show('visible');
    expect(told).toEqual(['refresh', 'refresh']);
    await env.pass(POLL_MS);
    expect(told.filter((what) => what === 'poll')).toHaveLength(1);
  });

  it('notices that it was stopped, or that its clock was set', async () => {
    const { env, told } = looking();
    await env.sleep(60_000);
    await env.pass(5_000);
    expect(told).toEqual(['refresh, stale']);
  });
});

describe('a hidden page', () => {
  it('does not poll, whatever it receives', async () => {
    const { env, told, triggers } = looking();
    env.show('hidden');
    triggers.stateRead();
    await env.pass(120_000);
    expect(told).toEqual([]);
    expect(env.pendingTimers).toBe(0);
  });
});

describe('what makes a page read again', () => {
  it.each([
    ['online', 'refresh, stale', ({ window }: FakeEnvironment) => window.dispatchEvent(new Event('online'))],
    ['offline', 'offline', ({ window }: FakeEnvironment) => window.dispatchEvent(new Event('offline'))],
    ['frozen', 'stored', ({ document }: FakeEnvironment) => document.dispatchEvent(new Event('freeze'))],
    ['thawed', 'refresh, stale', ({ document }: FakeEnvironment) => document.dispatchEvent(new Event('resume'))],
    ['kept', 'stored', ({ window }: FakeEnvironment) => window.dispatchEvent(pageEvent('pagehide', true))],
    ['back', 'restored', ({ window }: FakeEnvironment) => window.dispatchEvent(pageEvent('pageshow', true))],
  ])('%s: %s, until it is stopped', (_name, what, happen) => {
    const { env, told, triggers } = looking();
    happen(env);
    expect(told).toEqual([what]);
    triggers.stop();
    happen(env);
    expect(told).toEqual([what]);
    expect(env.pendingTimers).toBe(0);
  });

  it('is neither the first pageshow event nor a final pagehide event', () => {
    const { env, told } = looking();
    env.window.dispatchEvent(pageEvent('pageshow', false));
    env.window.dispatchEvent(pageEvent('pagehide', false));
    expect(told).toEqual([]);
  });
});
