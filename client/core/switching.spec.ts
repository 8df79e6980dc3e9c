import type { Answer, Call } from './testing/fake-environment';
import { settle } from './testing/fake-environment';
import { type FakeServer, OURS } from './testing/fake-server';
import { answer, live, refusal, type Tab } from './testing/live-tab';

const SWITCH = '/api/switch_platform/';

/** A tab whose switches are answered when the test says so, each by the place of its request. */
async function choosing() {
  const open: (() => void)[] = [];
  const shown: (number | null)[] = [];
  const tab = await live();
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
  server.switchTo(id, 'all', OURS, headers['x-tab-id']);
  return { status: 200, body: { success: true, platform: server.find(id), revision: server.revision } };
}

const platformOf = ({ sync }: Pick<Tab, 'sync'>) => sync.getState()?.platform?.id;

describe('a switch that this tab asks for', () => {
  it('is shown at once, and a fact when the server has agreed', async () => {
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

  it('is taken back when the server refuses it, and is nobody’s own afterwards', async () => {
    const tab = await choosing();
    const refused = expect(tab.sync.switchPlatform(4)).rejects.toMatchObject({ error_code: 'PLATFORM_NOT_FOUND' });
    await settle();
    await tab.reply(0);
    await refused;
    expect(tab.shown).toEqual([4, null]);
    expect(tab.sync.getSwitchingTo()).toBeNull();
    expect(platformOf(tab)).toBe(1);
    // Later another device does what was refused here.
    tab.server.add(4);
    tab.server.switchTo(4, 'all', OURS, 'elsewhere');
    await tab.sync.syncSessionState();
    expect(tab.heard.platformSwitched).toEqual([expect.objectContaining({ platformId: 4, fromThisTab: false })]);
  });

  it('is taken back when the server cannot be reached', async () => {
    const tab = await choosing();
    tab.env.serve = () => {
      throw new Error('no network');
    };
    await expect(tab.sync.switchPlatform(2)).rejects.toMatchObject({ error_code: 'NETWORK_ERROR' });
    expect(tab.shown).toEqual([2, null]);
    expect(platformOf(tab)).toBe(1);
  });

  it('stays shown while an older one is answered', async () => {
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

  it('is nobody’s when the session ends under it', async () => {
    const tab = await choosing();
    tab.env.window.dispatchEvent(new Event('offline'));
    const refused = expect(tab.sync.switchPlatform(2)).rejects.toMatchObject({ error_code: 'SESSION_INVALID' });
    tab.env.socket.emit('session:ended', {
      session_id: OURS,
      reason: 'revoked',
      error_code: 'SESSION_REVOKED',
      at: '',
    });
    await refused;
    expect(tab.sync.getSwitchingTo()).toBeNull();
    expect(tab.env.calls.some(({ path }) => path.startsWith(SWITCH))).toBe(false);
  });
});
