/** One browser with its tabs, the network and the server, and the events that can happen to them. */
import type { SwitchScope } from '../../../src/protocol/http';
import { SessionSync } from '../session-sync';
import { FakeBrowser, type FakeTab } from './fake-browser';
import { pageEvent } from './fake-environment';
import { FakeNetwork } from './fake-network';
import { type Fact, FakeServer, iso, OTHER_USERS_SESSION, SESSION_A, SESSION_B, seededRandom } from './fake-server';
import { History } from './history';
import { InvariantChecker, type SwitchRequest } from './invariant-checker';
import { LeaderInvariant } from './leader-invariant';
import { VirtualTime } from './virtual-time';

const MAX_TABS = 4;
/** A page that was stopped for longer detects it by its clock, even without an event. */
const SLEEP_DETECTION_MS = 9_000;

export type Locks = 'there' | 'none' | 'refused' | 'no channel';

export interface SimulatedTab {
  tab: FakeTab;
  sync: SessionSync;
  checker: InvariantChecker;
  /** Time since which it has run without a stop. */
  awakeSince: number;
}

/** How a page is stopped: by a `freeze` event, in the back/forward cache, or without any event. */
export type Stop = 'freeze' | 'pagehide' | 'untold';

export class Simulation {
  readonly time = new VirtualTime();
  readonly browser: FakeBrowser;
  readonly network: FakeNetwork;
  readonly random: () => number;
  readonly locks: Locks;
  /** A proxy blocks all sockets. */
  readonly socketless: boolean;
  readonly tabs: SimulatedTab[] = [];
  private readonly history: History;
  private readonly gone: SimulatedTab[] = [];
  private readonly stops = new Map<FakeTab, { how: Stop; at: number }>();
  private readonly lead = new LeaderInvariant(this);
  private fault: string | null = null;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    const ours = new FakeServer(() => this.time.now);
    const theirs = new FakeServer(() => this.time.now);
    theirs.userId = 8;
    theirs.active = { [OTHER_USERS_SESSION]: 2 };
    this.history = new History([ours, theirs]);
    const servers = new Map([SESSION_A, SESSION_B].map((session) => [session, ours])).set(OTHER_USERS_SESSION, theirs);
    this.browser = new FakeBrowser(this.time, this.random);
    this.network = new FakeNetwork(this.time, servers, this.random, {
      sent: (tab, call) => this.of(tab)?.checker.sent(call),
      done: (tab, call, userId) => this.of(tab)?.checker.done(call, userId),
      looked: (tab, askedAt) => this.of(tab)?.checker.looked(askedAt),
      changed: (server, by) => this.history.record(server, by),
    });
    this.browser.channels.carry = this.network.deliver;
    const kind = this.random();
    this.socketless = this.network.refusesSockets = this.random() < 0.03;
    this.locks = kind < 0.91 ? 'there' : kind < 0.94 ? 'none' : kind < 0.97 ? 'refused' : 'no channel';
    if (this.random() < 0.2) this.browser.clockOffMs = this.random() < 0.5 ? -86_400_000 : 86_400_000;
  }

  /** The first violation. */
  get problem(): string | null {
    for (const { checker } of this.tabs) this.fault ??= checker.problem;
    for (const { checker } of this.gone) this.fault ??= checker.problem;
    return this.fault;
  }

  /** Tabs that have a session, or may still get one. */
  get live(): SimulatedTab[] {
    return this.tabs.filter(({ checker }) => !checker.suspended);
  }

  get seen(): SimulatedTab[] {
    return this.live.filter(({ sync, tab }) => !sync.getState() || tab.document.visibilityState === 'visible');
  }

  get leader(): SimulatedTab | undefined {
    return this.live.find(({ sync, tab }) => !tab.frozen && sync.getPerformanceMetrics().leader);
  }

  get server(): FakeServer {
    return this.network.serverOf(this.network.cookie);
  }

  fail(problem: string): void {
    this.fault ??= problem;
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  any<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  /** @param stirred whether something was done just now that may have many consequences before the next task */
  async pass(ms: number, stirred = true): Promise<void> {
    this.time.progressed ||= stirred;
    await this.time.hurry(ms);
    this.lead.look(this.time.now);
    for (const { checker, sync } of this.tabs) checker.look(sync);
  }

  /** Repeats the check until it passes or the time is over. @returns the problem, or null */
  async within(ms: number, wrong: () => string | null, step = 100): Promise<string | null> {
    const end = this.time.now + ms;
    while (!this.problem && wrong() && this.time.now < end) await this.pass(Math.min(step, end - this.time.now), false);
    return this.problem ?? wrong();
  }

  open(): SimulatedTab | null {
    if (this.tabs.length >= MAX_TABS) return null;
    const tab = this.browser.open();
    this.network.wire(tab);
    tab.channelless = this.locks === 'no channel';
    if (this.locks === 'none') tab.locks = null;
    if (this.locks === 'refused') tab.locks = { request: () => Promise.reject(new TypeError('No locks here')) };
    const checker = new InvariantChecker(tab, this.network, this.history);
    const sync = new SessionSync(tab);
    const one = { tab, sync, checker, awakeSince: this.time.now };
    this.tabs.push(one);
    // Most pages go to the sign-in page; some stay open, and must be silent.
    const leaves = this.random() < 0.6;
    tab.window.addEventListener('sessionExpired', () => leaves && this.close(one));
    sync.start();
    return one;
  }

  /** Gone at once, as by a crash. */
  close(one: SimulatedTab): void {
    this.lead.changed();
    one.tab.close();
    const at = this.tabs.indexOf(one);
    if (at >= 0) this.gone.push(...this.tabs.splice(at, 1));
  }

  /** Makes room for one more tab. @returns whether at least two are left */
  room(): boolean {
    for (const one of [...this.tabs]) if (one.checker.suspended) this.close(one);
    const [first] = this.tabs;
    if (this.tabs.length === MAX_TABS && first) this.close(first);
    return this.tabs.length > 1;
  }

  /** At any time, whatever is pending. */
  destroy({ sync, checker }: SimulatedTab): void {
    this.lead.changed();
    sync.destroy();
    checker.suspended = true;
    checker.destroyed = true;
  }

  stop({ tab }: SimulatedTab, how: Stop): void {
    if (tab.frozen) return;
    this.lead.changed();
    if (how === 'freeze') tab.document.dispatchEvent(new Event('freeze'));
    if (how === 'pagehide') tab.window.dispatchEvent(pageEvent('pagehide', true));
    tab.freeze();
    this.stops.set(tab, { how, at: this.time.now });
  }

  resume(one: SimulatedTab): void {
    const { tab, checker } = one;
    const stop = this.stops.get(tab);
    if (!tab.frozen || !stop) return;
    this.stops.delete(tab);
    if (stop.how !== 'untold' || this.time.now - stop.at > SLEEP_DETECTION_MS) checker.blind(this.time.now);
    one.awakeSince = this.time.now;
    // Waiting tasks may run before or after the event of the resumption.
    const news = () => {
      if (stop.how === 'freeze') tab.document.dispatchEvent(new Event('resume'));
      if (stop.how === 'pagehide') tab.window.dispatchEvent(pageEvent('pageshow', true));
    };
    tab.thaw();
    if (this.random() < 0.5) news();
    else this.time.after(0, () => tab.run(news));
  }

  show({ tab }: SimulatedTab, visibility: DocumentVisibilityState): void {
    tab.run(() => tab.show(visibility));
  }

  /** The computer sleeps. */
  sleep(ms: number): void {
    this.lead.changed();
    this.time.sleep(ms);
    for (const one of this.tabs) {
      one.awakeSince = this.time.now;
      if (ms > SLEEP_DETECTION_MS) one.checker.blind(this.time.now);
    }
  }

  connect(up: boolean): void {
    this.network.up = up;
    if (!up) for (const socket of this.network.sockets) socket.die();
    for (const { tab, checker } of [...this.tabs]) {
      tab.run(() => {
        if (up) checker.blind(this.time.now);
        tab.window.dispatchEvent(new Event(up ? 'online' : 'offline'));
      });
    }
  }

  hangUp(): void {
    for (const socket of [...this.network.sockets]) socket.hangUp();
  }

  /** Replaces the cookie of all tabs. The caller opens the page of the new session. */
  signIn(told = true): boolean {
    const { network } = this;
    const next = [SESSION_A, SESSION_B, OTHER_USERS_SESSION].filter(
      (session) => session !== network.cookie && network.isLive(session),
    );
    const session = this.any(next);
    if (!session) return false;
    if (told) network.end(network.cookie, 'replaced');
    else network.sessionAbandoned = true;
    network.cookie = session;
    return true;
  }

  /** Something changes elsewhere. @param heard whether it is pushed to the sockets */
  change(heard = true): void {
    const { server } = this;
    const fact = this.changed(server, this.any(server.platforms)?.id, this.any(Object.keys(server.active)) as string);
    if (heard) this.network.push(server, fact);
    else this.network.dropFact(server, fact);
  }

  /** The user of this tab selects a platform. @returns the request, whose `end` is set once it is known */
  choose({ tab, sync, checker }: SimulatedTab, platformId: number, scope?: SwitchScope): SwitchRequest {
    const asked: SwitchRequest = { platformId, userId: null, end: null };
    tab.run(() => {
      if (checker.suspended) return;
      asked.userId = sync.getState()?.user.id ?? null;
      checker.asked.push(asked);
      const ended = (end: 'done' | 'refused') => () => {
        asked.end = end;
      };
      sync.switchPlatform(platformId, scope && { scope }).then(ended('done'), ended('refused'));
      if (sync.getSwitchingTo() !== platformId) checker.fail('does not show at once what was chosen');
    });
    return asked;
  }

  /** The server warns all tabs of the user of a deadline. */
  warn(session: string, expires_at: string): void {
    const payload = { session_id: session, reason: 'idle', expires_at, server_time: iso(this.time.now) } as const;
    for (const socket of this.network.sockets) socket.push('session:expiring', payload);
  }

  /** Final checks of every tab. */
  finish(): string | null {
    for (const { checker, sync } of this.tabs) checker.finish(sync);
    return this.problem;
  }

  private changed(server: FakeServer, id: number | undefined, session: string): Fact {
    const kind = this.random();
    if (id === undefined || kind < 0.1) return server.add(server.revision + 10);
    if (kind < 0.45) return server.switchTo(id, 'all', session);
    if (kind < 0.7) return server.switchTo(id, 'session', session);
    if (kind < 0.8) return server.rename(id, `Name ${server.revision}`);
    return kind < 0.9 ? server.remove(id) : server.profile(`user${server.revision}`);
  }

  private of(tab: FakeTab): SimulatedTab | undefined {
    return this.tabs.find((one) => one.tab === tab);
  }
}
