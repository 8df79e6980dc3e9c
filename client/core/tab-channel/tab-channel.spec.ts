import type { LockPort } from '../environment';
import { FakeBrowser, type FakeTab } from '../testing/fake-browser';
import { settle } from '../testing/fake-environment';
import { type Fact, FakeServer, SESSION_A, SESSION_B } from '../testing/fake-server';
import { VirtualTime } from '../testing/virtual-time';
import { TabChannel } from './tab-channel';

function browser() {
  const time = new VirtualTime();
  const tabs = new FakeBrowser(time, () => 0.5);
  const server = new FakeServer(() => time.now);
  const pass = (ms = 20) => time.pass(ms, settle);
  const open = (session = SESSION_A, prepare: (tab: FakeTab) => void = () => {}) => {
    const tab = tabs.open();
    prepare(tab);
    const told: string[] = [];
    const hear = (name: string) => () => void told.push(name);
    const events = Object.fromEntries(
      ['session:state', 'platform:switched', 'platforms:changed', 'session:expiring'].map((name) => [name, hear(name)]),
    );
    const channel = new TabChannel(tab, {
      tabId: tab.name,
      auth: () => ({ tab_id: tab.name }),
      sessionId: () => session,
      connected: () => {},
      disconnected: () => {},
      refused: () => {},
      elected: hear('elected'),
      leaderStatusChanged: () => {},
      refetch: async () => void told.push('look'),
      sessionEnded: (reason) => told.push(`over: ${reason}`),
      events: events as never,
    });
    channel.start();
    const push = async ({ name, payload }: Fact) => {
      tab.socket.emit(name as 'platform:switched', payload as never);
      await pass();
    };
    const greet = () => push({ name: 'session:state', payload: server.state(session) });
    return { tab, line: channel, told, push, greet };
  };
  return { open, pass, server, tabs };
}

/** A leader with an open socket, and its follower. */
async function two() {
  const all = browser();
  const leader = all.open();
  await all.pass();
  const follower = all.open();
  leader.tab.socket.accept();
  await all.pass();
  leader.told.length = 0;
  follower.told.length = 0;
  return { ...all, leader, follower, stranger: all.tabs.open() };
}

describe('a change that the socket receives', () => {
  it('is applied once the session of the socket is known, here and in the other tabs', async () => {
    const { server, leader, follower } = await two();
    await leader.greet();
    await leader.push(server.switchTo(2, 'all', SESSION_B));
    expect(leader.told).toEqual(['session:state', 'platform:switched']);
    expect(follower.told).toEqual(['session:state', 'platform:switched']);
  });

  it.each([
    ['switch', (server: FakeServer) => server.switchTo(2, 'all', SESSION_B)],
    ['list', (server: FakeServer) => server.rename(2, 'Renamed')],
  ])('causes a read instead of being applied before that: a %s', async (_what, change) => {
    const { server, leader, follower } = await two();
    await leader.push(change(server));
    expect(leader.told).toEqual(['look']);
    expect(follower.told).toEqual([]);
  });

  it('needs a new first state on each connection: it may be another user’s', async () => {
    const { server, leader, follower } = await two();
    await leader.greet();
    leader.tab.socket.lose();
    leader.tab.socket.accept();
    leader.told.length = 0;
    follower.told.length = 0;
    await leader.push(server.switchTo(2, 'all', SESSION_B));
    expect(leader.told).toEqual(['look']);
    expect(follower.told).not.toContain('platform:switched');
  });

  it('needs no first state if it names its session itself', async () => {
    const { leader } = await two();
    leader.tab.socket.emit('session:expiring', {} as never);
    expect(leader.told).toEqual(['session:expiring']);
  });

  it('reaches no tab of another session, which reads', async () => {
    const { open, pass, leader } = await two();
    const stranger = open(SESSION_B);
    await pass();
    stranger.told.length = 0;
    await pass(1_000);
    await leader.greet();
    expect(stranger.told).toEqual(['look']);
  });
});

describe('whether pushes reach this tab', () => {
  it('is known by the leader’s heartbeats, for as long as they come', async () => {
    const { pass, leader, follower } = await two();
    expect([leader.line.live, follower.line.live]).toEqual([true, true]);
    await pass(10_000);
    expect(follower.line.live).toBe(true);
    leader.tab.socket.lose();
    await pass();
    expect([leader.line.live, follower.line.live]).toEqual([false, false]);
    leader.tab.socket.accept();
    await pass();
    expect(follower.line.live).toBe(true);
    follower.line.stop();
    expect(follower.line.live).toBe(false);
  });

  it('is false after an old heartbeat, even if no tab can become the leader', async () => {
    const all = browser();
    const leader = all.open();
    await all.pass();
    leader.tab.socket.accept();
    const waiting: LockPort = { request: () => new Promise(() => {}) };
    const follower = all.open(SESSION_A, (tab) => {
      tab.locks = waiting;
    });
    await all.pass();
    expect(follower.line.live).toBe(true);
    leader.tab.close();
    await all.pass(1_500);
    expect(follower.line.isLeader).toBe(false);
    expect(follower.line.live).toBe(false);
  });
});

it('ignores the heartbeats of another leader while it leads itself: the lock decides', async () => {
  const { pass, leader, stranger } = await two();
  const body = { kind: 'heartbeat', visible: true, connected: false, opened: true } as const;
  stranger.openChannel('vedfolnir')?.post({ from: 'tab-9', session: SESSION_A, body: body });
  await pass(60_000);
  expect(leader.told).toEqual([]);
  expect(leader.line.live).toBe(true);
});

describe('a channel that was stopped', () => {
  it('neither leads nor receives, and its socket stays closed', async () => {
    const { pass, leader, follower } = await two();
    leader.line.stop();
    await pass();
    expect([leader.line.isLeader, leader.line.live, leader.line.connected]).toEqual([false, false, false]);
    expect(follower.line.isLeader).toBe(true);
    const { connects } = leader.tab.socket;
    leader.tab.socket.refuse();
    await pass(60_000);
    expect(leader.tab.socket.connects).toBe(connects);
    expect(leader.told).toEqual([]);
  });
});
