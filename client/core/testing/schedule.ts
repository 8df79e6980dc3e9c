/**
 * One random life of a browser: tabs that come, go, freeze and hide, a network that loses, doubles and reorders, changes
 * made here and elsewhere, another sign-in, the end of a session. Then it is quiet, and every tab must be right.
 */
import type { PlatformSwitchedDetail, StateDetail } from '../details';
import { SessionSync } from '../session-sync';
import { FakeBrowser, type FakeTab } from './fake-browser';
import { FakeNetwork } from './fake-network';
import { type Fact, FakeServer, generator, OTHER, OURS } from './fake-server';
import { VirtualTime } from './virtual-time';

/** Of another person, who signs in at this browser. */
export const THEIRS = '33333333-3333-4333-8333-333333333333';

/** Within this every tab that is seen is right, however things stood before; ms. */
const BOUND_MS = 15_000;
/** Within this a dead socket that says nothing is found out and replaced; until then the tabs ask over HTTP. */
const LINE_BOUND_MS = 20_000;
const LOOK_EVERY_MS = 250;
const MOST_TABS = 4;

interface Watched {
  tab: FakeTab;
  sync: SessionSync;
}

export class Schedule {
  /** How long it took until all were right; ms. */
  took = 0;
  private readonly random: () => number;
  private readonly time = new VirtualTime();
  private readonly browser: FakeBrowser;
  private readonly network: FakeNetwork;
  private readonly ours: FakeServer;
  private readonly tabs: Watched[] = [];
  private problem: string | null = null;

  constructor(seed: number) {
    this.random = generator(seed);
    this.ours = new FakeServer(() => this.time.now);
    const theirs = new FakeServer(() => this.time.now);
    theirs.userId = 8;
    theirs.active = { [THEIRS]: 2 };
    const servers = new Map([OURS, OTHER].map((session) => [session, this.ours])).set(THEIRS, theirs);
    this.browser = new FakeBrowser(this.time, this.random);
    this.network = new FakeNetwork(this.time, servers, this.random);
    this.browser.channels.carry = this.network.carry;
  }

  /** @returns what went wrong; null when nothing did */
  async run(): Promise<string | null> {
    for (let count = 2 + this.below(2); count > 0; count--) this.open();
    await this.pass(this.below(500));
    this.network.trouble = { loss: this.random() * 0.4, doubling: this.random() * 0.4, delayMs: this.below(800) };
    for (let step = 3 + this.below(7); step > 0 && !this.problem; step--) {
      this.act();
      await this.pass(this.below(700));
    }
    if (this.random() < 0.1) this.network.end(this.network.cookie, 'revoked');
    this.heal();
    return this.problem ?? (await this.becomeRight());
  }

  private act(): void {
    const { network, browser } = this;
    this.time.stirred = true;
    const one = this.tabs[this.below(this.tabs.length)];
    const tab = one?.tab;
    const kind = this.random();
    if (kind < 0.3 || !one || !tab) this.change();
    else if (kind < 0.42) void this.switchFrom(one);
    else if (kind < 0.52) this.freeze(tab);
    else if (kind < 0.58) this.thaw(tab);
    else if (kind < 0.66) tab.run(() => tab.show(tab.document.visibilityState === 'visible' ? 'hidden' : 'visible'));
    else if (kind < 0.72) this.close(this.random() < 0.5 ? (browser.locks.holdingTab ?? tab) : tab);
    else if (kind < 0.8) this.open();
    else if (kind < 0.84) for (const socket of network.sockets) socket.hangUp();
    else if (kind < 0.88) for (const socket of network.sockets) socket.die();
    else if (kind < 0.92) this.connect(!network.up);
    else if (kind < 0.94) this.time.sleep(this.below(60_000));
    else if (kind < 0.97) this.signIn();
  }

  private change(): void {
    const server = this.network.serverOf(this.network.cookie);
    const ids = server.platforms.map(({ id }) => id);
    const id = ids[this.below(ids.length)];
    const sessions = Object.keys(server.active);
    const session = sessions[this.below(sessions.length)] as string;
    this.network.push(server, this.changed(server, id, session));
  }

  private changed(server: FakeServer, id: number | undefined, session: string): Fact {
    const kind = this.random();
    if (id === undefined || kind < 0.1) return server.add(server.revision + 10);
    if (kind < 0.45) return server.switchTo(id, 'all', session);
    if (kind < 0.7) return server.switchTo(id, 'session', session);
    if (kind < 0.8) return server.rename(id, `Name ${server.revision}`);
    return kind < 0.9 ? server.remove(id) : server.profile(`user${server.revision}`);
  }

  private async switchFrom({ tab, sync }: Watched): Promise<void> {
    const { platforms } = this.network.serverOf(this.network.cookie);
    const scope = this.random() < 0.5 ? 'all' : 'session';
    const id = platforms[this.below(platforms.length)]?.id ?? 0;
    tab.run(() => sync.switchPlatform(id, { scope }).catch(() => undefined));
  }

  /** Half of them as by a debugger or a busy processor: the page is not told. */
  private freeze(tab: FakeTab): void {
    if (this.random() < 0.5) tab.run(() => tab.document.dispatchEvent(new Event('freeze')));
    tab.freeze();
  }

  private thaw(tab: FakeTab): void {
    if (!tab.frozen) return;
    tab.thaw();
    tab.document.dispatchEvent(new Event('resume'));
  }

  private connect(up: boolean): void {
    this.network.up = up;
    if (!up) for (const socket of this.network.sockets) socket.die();
    for (const { tab } of [...this.tabs]) tab.run(() => tab.window.dispatchEvent(new Event(up ? 'online' : 'offline')));
  }

  /** In one tab, which reads the page of the new session; its cookie is every tab's. */
  private signIn(): void {
    const { network } = this;
    const next = [OURS, OTHER, THEIRS].filter((session) => session !== network.cookie && network.lives(session));
    const [session] = next.slice(this.below(next.length));
    if (!session) return;
    network.end(network.cookie, 'replaced');
    network.cookie = session;
    this.open();
  }

  private open(): void {
    if (this.tabs.length >= MOST_TABS) return;
    const tab = this.browser.open();
    this.network.wire(tab);
    if (this.random() < 0.3) tab.document.visibilityState = 'hidden';
    this.witness(tab);
    this.tabs.push({ tab, sync: new SessionSync(tab).start() });
  }

  private close(tab: FakeTab): void {
    tab.close();
    const at = this.tabs.findIndex((one) => one.tab === tab);
    if (at >= 0) this.tabs.splice(at, 1);
  }

  /** Never back, and each switch from where the last one led. */
  private witness(tab: FakeTab): void {
    let last: StateDetail | null = null;
    let shown: number | null = null;
    tab.window.addEventListener('sessionStateChanged', (event) => {
      const { detail } = event as CustomEvent<StateDetail>;
      if (last?.user.id === detail.user.id && detail.revision < last.revision) {
        this.problem ??= `${tab.name} went back from ${last.revision} to ${detail.revision}`;
      }
      if (!last) shown = detail.platform?.id ?? null;
      last = detail;
    });
    tab.window.addEventListener('platformSwitched', (event) => {
      const { previousPlatformId, platformId } = (event as CustomEvent<PlatformSwitchedDetail>).detail;
      if (previousPlatformId !== shown) this.problem ??= `${tab.name} was on ${shown}, not on ${previousPlatformId}`;
      if (platformId !== (last?.platform?.id ?? null)) this.problem ??= `${tab.name} is not on ${platformId}`;
      shown = platformId;
    });
    // Its page leaves for the login.
    tab.window.addEventListener('sessionExpired', () => {
      if (!last || this.network.lives(last.session.id)) this.problem ??= `${tab.name} ended without a reason`;
      this.close(tab);
    });
  }

  private heal(): void {
    this.network.trouble = { loss: 0, doubling: 0, delayMs: 20 };
    if (!this.network.up) this.connect(true);
    for (const { tab } of [...this.tabs]) this.thaw(tab);
  }

  private async becomeRight(): Promise<string | null> {
    const since = this.time.now;
    const failed = await this.within(BOUND_MS, () => this.wrongState(true) ?? this.wrongLeader());
    if (failed) return failed;
    this.took = this.time.now - since;
    // A page that nobody sees may be behind, until it is shown.
    for (const { tab } of this.tabs) if (tab.document.visibilityState === 'hidden') tab.show('visible');
    return this.within(LINE_BOUND_MS, () => this.wrongState(false) ?? this.wrongLine());
  }

  private async within(ms: number, wrong: () => string | null): Promise<string | null> {
    const end = this.time.now + ms;
    while (!this.problem && wrong() && this.time.now < end) await this.pass(LOOK_EVERY_MS);
    return this.problem ?? wrong();
  }

  /** @returns what is not as it must be */
  private wrongState(onlySeen: boolean): string | null {
    const expected = this.network.stateOf(this.network.cookie);
    for (const { tab, sync } of this.tabs) {
      const state = sync.getState();
      if (onlySeen && state && tab.document.visibilityState === 'hidden') continue;
      if (differs(state, expected)) return `${tab.name} is not where the server is`;
    }
    return null;
  }

  private wrongLeader(): string | null {
    const live = this.tabs.filter(({ sync }) => sync.getState());
    const leaders = live.filter(({ sync }) => sync.getPerformanceMetrics().leader);
    if (live.length > 0 && leaders.length !== 1) return `${leaders.length} leaders`;
    const seen = live.some(({ tab }) => tab.document.visibilityState === 'visible');
    return seen && leaders[0]?.tab.document.visibilityState === 'hidden' ? 'a leader that nobody sees' : null;
  }

  private wrongLine(): string | null {
    const live = this.tabs.filter(({ sync }) => sync.getState());
    if (this.network.sockets.size !== Math.min(1, live.length)) return `${this.network.sockets.size} sockets`;
    const deaf = live.find(({ sync }) => !sync.getPerformanceMetrics().connected);
    return deaf ? `${deaf.tab.name} hears nothing` : null;
  }

  private async pass(ms: number): Promise<void> {
    await this.time.pass(ms, () => this.drain());
  }

  /** Longer than any chain of promises here: a turn of the event loop would cost more than all the rest. */
  private async drain(): Promise<void> {
    const turns = this.time.stirred ? 30 : 2;
    this.time.stirred = false;
    for (let turn = 0; turn < turns; turn++) await undefined;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

function differs(have: StateDetail | null, expected: ReturnType<FakeNetwork['stateOf']>): boolean {
  if (!have || !expected) return Boolean(have) !== Boolean(expected);
  return (
    have.revision !== expected.revision ||
    have.session.id !== expected.session.id ||
    have.user.username !== expected.user.username ||
    have.platform?.id !== expected.platform?.id ||
    have.platform?.name !== expected.platform?.name
  );
}
