import { SessionSync } from './session-sync';
import { FakeBrowser, type FakeTab } from './testing/fake-browser';
import { settle } from './testing/fake-environment';
import { FakeNetwork } from './testing/fake-network';
import { FakeServer, iso, SESSION_A, seededRandom } from './testing/fake-server';
import { VirtualTime } from './testing/virtual-time';

describe('an unanswered warning', () => {
  const random = seededRandom(1);
  const time = new VirtualTime();
  const browser = new FakeBrowser(time, random);
  const server = new FakeServer(() => time.now);
  const network = new FakeNetwork(time, new Map([[SESSION_A, server]]), random);
  const pass = (ms: number) => time.pass(ms, settle);

  async function open(): Promise<{ tab: FakeTab; sync: SessionSync; warned: unknown[] }> {
    const tab = browser.open();
    network.wire(tab);
    const warned: unknown[] = [];
    tab.window.addEventListener('sessionExpiring', (event) => warned.push((event as CustomEvent).detail));
    const sync = new SessionSync(tab).start();
    await pass(1_000);
    return { tab, sync, warned };
  }

  it('reaches later parts of the page and later tabs, until the session is extended', async () => {
    const first = await open();
    expect(first.sync.takeExpiryWarning()).toBeNull();
    const { expires_at } = server.deadlines();
    const payload = { session_id: SESSION_A, reason: 'idle', expires_at, server_time: iso(time.now) } as const;
    for (const socket of network.sockets) socket.push('session:expiring', payload);
    await pass(500);
    const detail = { reason: 'idle', expiresAt: expires_at };
    expect(first.sync.takeExpiryWarning()).toEqual(detail);

    const second = await open();
    expect(second.warned).toEqual([detail]);
    expect(first.warned).toEqual([detail]);

    server.lastActivity = time.now;
    for (const socket of network.sockets)
      socket.push('session:extended', { session_id: SESSION_A, ...server.extended() });
    await pass(500);
    expect([first, second].map(({ sync }) => sync.takeExpiryWarning())).toEqual([null, null]);
    const third = await open();
    expect(third.warned).toEqual([]);
    for (const { sync } of [first, second, third]) sync.destroy();
  });
});
