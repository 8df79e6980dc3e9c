import type { Answer, Call } from './testing/fake-environment';
import { refusal, settle } from './testing/fake-environment';
import { endOf, FakeServer, OTHER_USERS_SESSION, SESSION_A } from './testing/fake-server';
import { answer, liveTab, type TestTab } from './testing/test-tab';

const SWITCH = '/api/switch_platform/';

/** A tab whose switches are answered by the test, each by the index of its request. */
async function choosing() {
  const open: (() => void)[] = [];
  const shown: (number | null)[] = [];
  const tab = await liveTab();
  const { env, server } = tab;
  env.serve = (call) =>
    call.path.startsWith(SWITCH)
      ? new Promise((resolve) => open.push(() => resolve(switched(call, server))))
      : answer(call, server);
  env.window.addEventListener('platformSwitching', (event) => {
    shown.push((event as CustomEvent<{ platformId: number | null }>).detail.platformId);
  });
  const reply = async (index: number) => {
    open[index]?.();
    await settle();
  };
  return { ...tab, shown, reply };
}

function switched({ path, headers }: Call, server: FakeServer): Answer {
  const id = Number(path.slice(SWITCH.length));
  if (!server.find(id)) return refusal(404, 'PLATFORM_NOT_FOUND');
  server.switchTo(id, 'all', SESSION_A, headers['x-tab-id']);
  return { status: 200, body: { success: true, platform: server.find(id), revision: server.revision } };
}

const platformOf = ({ sync }: Pick<TestTab, 'sync'>) => sync.getState()?.platform?.id;

describe('a switch that this tab requests', () => {
  it('is shown at once, and announced when the server has confirmed it', async () => {
    const tab = await choosing();
    const done = tab.sync.switchPlatform(2);
    expect(tab.shown).toEqual([2]);
    expect(tab.sync.getSwitchingTo()).toBe(2);
    await settle();
    expect(platformOf(tab)).toBe(1);
    expect(tab.heard.platformSwitched).toBeUndefined();
    await tab.reply(0);
    await done;
    expect(tab.shown).toEqual([2, null]);
    expect(tab.heard.platformSwitched).toHaveLength(1);
    expect(platformOf(tab)).toBe(2);
  });

  it('is reverted when the server refuses it, and a later one is not taken for its own', async () => {
    const tab = await choosing();
    const refused = expect(tab.sync.switchPlatform(4)).rejects.toMatchObject({ error_code: 'PLATFORM_NOT_FOUND' });
    await settle();
    await tab.reply(0);
    await refused;
    expect(tab.shown).toEqual([4, null]);
    expect(tab.sync.getSwitchingTo()).toBeNull();
    expect(platformOf(tab)).toBe(1);
    // Later another device makes the switch that was refused here.
    tab.server.add(4);
    tab.server.switchTo(4, 'all', SESSION_A, 'elsewhere');
    await tab.sync.syncSessionState();
    expect(tab.heard.platformSwitched).toEqual([expect.objectContaining({ platformId: 4, fromThisTab: false })]);
  });

  it('is reverted when the server is unreachable', async () => {
    const tab = await choosing();
    tab.env.serve = () => {
      throw new Error('no network');
    };
    await expect(tab.sync.switchPlatform(2)).rejects.toMatchObject({ error_code: 'NETWORK_ERROR' });
    expect(tab.shown).toEqual([2, null]);
    expect(platformOf(tab)).toBe(1);
  });

  it('stays shown when an older one is answered', async () => {
    const tab = await choosing();
    const both = Promise.all([tab.sync.switchPlatform(2), tab.sync.switchPlatform(3)]);
    await settle();
    await tab.reply(0);
    expect(tab.sync.getSwitchingTo()).toBe(3);
    expect(tab.shown).toEqual([2, 3]);
    await tab.reply(1);
    await both;
    expect(tab.shown).toEqual([2, 3, null]);
    expect(platformOf(tab)).toBe(3);
  });

  it('is dropped when the session ends before the response', async () => {
    const tab = await choosing();
    tab.env.window.dispatchEvent(new Event('offline'));
    const refused = expect(tab.sync.switchPlatform(2)).rejects.toMatchObject({ error_code: 'SESSION_INVALID' });
    tab.env.socket.emit('session:ended', endOf(SESSION_A, 'revoked'));
    await refused;
    expect(tab.sync.getSwitchingTo()).toBeNull();
    expect(tab.env.calls.some(({ path }) => path.startsWith(SWITCH))).toBe(false);
  });
});

describe('after another user has signed in', () => {
  async function asBob() {
    const tab = await choosing();
    const bob = new FakeServer(() => tab.env.time);
    Object.assign(bob, { userId: 8, username: 'bob', active: { [OTHER_USERS_SESSION]: 1 } });
    const become = async (server: FakeServer, session: string) => {
      tab.env.serve = (call) =>
        call.path === '/api/session' ? { status: 200, body: server.rest(session) } : refusal(404, 'NOT_FOUND');
      tab.env.socket.onSync = async () => server.state(session);
      tab.env.socket.emit('session:state', server.state(session));
      await settle();
      tab.heard.platformSwitched = [];
    };
    return { ...tab, bob, become, becomeBob: () => become(bob, OTHER_USERS_SESSION) };
  }

  it('the response to a switch of the first user changes nothing', async () => {
    const tab = await asBob();
    const asked = tab.sync.switchPlatform(2);
    await settle();
    await tab.becomeBob();
    const { revision } = tab.bob;
    await tab.reply(0);
    await expect(asked).resolves.toMatchObject({ revision: revision + 1, platform: { id: 2 } });
    expect(tab.shown).toEqual([2, null]);
    expect(tab.sync.getState()).toMatchObject({ revision, user: { username: 'bob' }, platform: { id: 1 } });
    expect(tab.heard.platformSwitched).toEqual([]);
    expect(tab.sync.getPerformanceMetrics().gaps).toBe(0);
  });

  it('no switch is taken for this tab’s own, whether reported with the first state or later', async () => {
    const tab = await asBob();
    void tab.sync.switchPlatform(2);
    await settle();
    tab.bob.active[OTHER_USERS_SESSION] = 2;
    const first: unknown[] = [];
    tab.env.window.addEventListener('platformSwitched', (event) => first.push((event as CustomEvent).detail));
    await tab.becomeBob();
    expect(first).toEqual([expect.objectContaining({ platformId: 2, fromThisTab: false })]);
    await tab.reply(0);
    await tab.become(tab.server, SESSION_A);
    tab.server.switchTo(1, 'all', SESSION_A, 'elsewhere');
    await tab.sync.syncSessionState();
    tab.heard.platformSwitched = [];
    tab.server.switchTo(2, 'all', SESSION_A, 'elsewhere');
    await tab.sync.syncSessionState();
    expect(tab.heard.platformSwitched).toEqual([expect.objectContaining({ platformId: 2, fromThisTab: false })]);
  });
});

it('is recognised by the user who requested it, even if another one was signed in before its response', async () => {
  const tab = await choosing();
  const bob = new FakeServer(() => tab.env.time);
  Object.assign(bob, { userId: 8, username: 'bob', active: { [OTHER_USERS_SESSION]: 1 } });
  void tab.sync.switchPlatform(2);
  await settle();
  tab.env.socket.emit('session:state', bob.state(OTHER_USERS_SESSION));
  tab.env.socket.emit('session:state', tab.server.state());
  tab.server.switchTo(2, 'all', SESSION_A, tab.sync.getTabId());
  tab.env.socket.emit('session:state', tab.server.state());
  expect(tab.heard.platformSwitched).toEqual([expect.objectContaining({ platformId: 2, fromThisTab: true })]);
});

describe('a destroyed session', () => {
  it('shows no switch any more, and ignores the response', async () => {
    const tab = await choosing();
    const asked = tab.sync.switchPlatform(2);
    await settle();
    tab.sync.destroy();
    expect(tab.shown).toEqual([2, null]);
    expect(tab.sync.getSwitchingTo()).toBeNull();
    await tab.reply(0);
    await expect(asked).resolves.toMatchObject({ platform: { id: 2 } });
    expect(tab.heard.platformSwitched).toBeUndefined();
    expect(tab.heard.sessionStateChanged).toHaveLength(1);
    expect(tab.sync.getState()).toBeNull();
    expect(tab.shown).toEqual([2, null]);
  });

  it('starts no switch', async () => {
    const tab = await choosing();
    tab.sync.destroy();
    const asked = tab.env.calls.length;
    const refused = expect(tab.sync.switchPlatform(2)).rejects.toMatchObject({ error_code: 'SESSION_INVALID' });
    expect(tab.sync.getSwitchingTo()).toBeNull();
    await refused;
    expect(tab.shown).toEqual([]);
    expect(tab.env.calls).toHaveLength(asked);
  });

  it('waits for no deadline of a late response', async () => {
    const tab = await choosing();
    let reply = () => {};
    const { serve } = tab.env;
    tab.env.serve = (call) => new Promise((resolve) => (reply = () => resolve(serve(call))));
    await tab.env.pass(2_000);
    const extended = tab.sync.extendSession();
    tab.sync.destroy();
    reply();
    await extended;
    expect(tab.heard.sessionExtended).toBeUndefined();
    expect(tab.env.pendingTimers).toBe(0);
  });
});
