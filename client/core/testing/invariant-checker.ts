/**
 * Observes all events and requests of one tab, and records the first violation: a state that never existed, a change
 * that was announced twice or not at all, or a request that was sent before an outdated tab had read the state.
 */
import type {
  ConnectionStatus,
  DeadlinesDetail,
  ExpiringDetail,
  PlatformSwitchedDetail,
  PlatformSwitchingDetail,
  PlatformsChangedDetail,
  SessionEvents,
  StateDetail,
} from '../event-details';
import type { SessionSync } from '../session-sync';
import type { FakeTab } from './fake-browser';
import type { Call } from './fake-environment';
import type { FakeNetwork } from './fake-network';
import { activeIn, type History, type Snapshot } from './history';

/** A switch that this tab has requested. */
export interface SwitchRequest {
  platformId: number;
  /** The user of the page when the switch was requested. */
  userId: number | null;
  /** Null until the result is known. */
  end: 'done' | 'refused' | null;
}

/** Events that must follow synchronously after a changed state. */
interface Owed {
  switch: { from: number | null; to: number | null } | null;
  list: boolean;
}

const SWITCH = '/api/switch_platform/';
const NOTHING: Owed = { switch: null, list: false };

export class InvariantChecker {
  problem: string | null = null;
  last: StateDetail | null = null;
  /** The tab was notified of the end of its session, or was destroyed: it must not send or dispatch anything. */
  suspended = false;
  destroyed = false;
  /** When it received its first state; ms. */
  liveSince: number | null = null;
  readonly eventCounts: Partial<Record<keyof SessionEvents, number>> = {};
  readonly asked: SwitchRequest[] = [];
  private before: StateDetail | null = null;
  private owed = NOTHING;
  private shownTo: number | null = null;
  connected = true;
  private status: ConnectionStatus = 'connecting';
  private updates = 0;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private blindAt: number;
  private readonly warned = new Set<string>();
  private extendedUntil = 0;

  constructor(
    private readonly tab: FakeTab,
    private readonly network: FakeNetwork,
    private readonly history: History,
  ) {
    this.blindAt = tab.time;
    tab.kept.set('vedfolnir_mine', 'x').set('other', 'x');
    this.on('sessionStateChanged', (detail) => this.stateTold(detail));
    this.on('platformSwitched', (detail) => this.switchTold(detail));
    this.on('platformsChanged', (detail) => this.listTold(detail));
    this.on('platformSwitching', ({ platformId }: PlatformSwitchingDetail) => {
      this.shownTo = platformId;
    });
    this.on('sessionExpiring', (detail) => this.warningTold(detail));
    this.on('sessionExtended', (detail) => this.extensionTold(detail));
    this.on('sessionConnectionChanged', ({ connected }) => {
      if (connected === this.connected) this.fail('told its connection twice');
      this.connected = connected;
    });
    this.on('connectionStatusChanged', ({ status }) => {
      this.status = status;
    });
    this.on('sessionExpired', () => this.endTold());
    tab.document.addEventListener('sessionUpdated', () => {
      this.updates += 1;
    });
  }

  fail(problem: string): void {
    this.problem ??= `${this.tab.name} ${problem}`;
  }

  /** The tab may have missed something: it must not send before it has read the state. */
  blind(now: number): void {
    this.blindAt = now;
  }

  looked(askedAt: number): void {
    this.lookedAt = Math.max(this.lookedAt, askedAt);
  }

  get isBlind(): boolean {
    return this.lookedAt < this.blindAt;
  }

  sent({ method, path }: Call): void {
    if (this.suspended) this.fail(`sends ${method} ${path} after its end`);
    if (path.startsWith(SWITCH) && this.last && this.isBlind) this.fail('sends a switch and has not looked');
  }

  /** The server has executed a command of this tab. */
  done({ path }: Call, userId: number): void {
    const began = this.asked.some((each) => each.userId === null || each.userId === userId);
    if (path.startsWith(SWITCH) && !began) this.fail(`acts as user ${userId}`);
  }

  /** The pending switch that the page is shown must be the newest one without a response. */
  look(sync: SessionSync): void {
    const newest = this.asked.at(-1);
    const showing = newest && newest.end === null && !this.destroyed ? newest.platformId : null;
    if (sync.getSwitchingTo() !== showing) this.fail(`shows a switch to ${sync.getSwitchingTo()}, not ${showing}`);
    if (this.shownTo !== showing) this.fail(`told a switch to ${this.shownTo}, not ${showing}`);
    const status = sync.getConnectionStatus();
    if (status !== this.status) this.fail(`told that it is ${this.status}, and is ${status}`);
    const state = sync.getState();
    if (this.suspended || !state) return;
    if ((status === 'offline') === this.connected) this.fail(`is ${status}, and told connected: ${this.connected}`);
    if (state.revision !== this.last?.revision) this.fail('has not told what it has');
    const until = Date.parse(state.session.expiresAt);
    if (until < this.extendedUntil) this.fail('sets its deadline back');
    if (until >= this.extendedUntil + 1_000) this.fail('did not tell that it goes on');
  }

  /** Final checks, when nothing is pending. */
  finish(sync: SessionSync): void {
    this.pay();
    const state = sync.getState();
    if (this.suspended && state) this.fail('still has a state');
    if (state && sync.getPerformanceMetrics().revision !== state.revision) this.fail('counts another revision');
    if (this.updates !== (this.eventCounts.sessionStateChanged ?? 0)) this.fail('did not tell the document');
  }

  private on<E extends keyof SessionEvents>(name: E, heard: (detail: SessionEvents[E]) => void): void {
    this.tab.window.addEventListener(name, (event) => {
      // `platformSwitching` is allowed: it reports that a pending switch is void.
      if (this.suspended && name !== 'platformSwitching') this.fail(`says ${name} after its end`);
      this.eventCounts[name] = (this.eventCounts[name] ?? 0) + 1;
      heard((event as CustomEvent<SessionEvents[E]>).detail);
    });
  }

  private stateTold(detail: StateDetail): void {
    this.pay();
    const { last } = this;
    const sameUser = last?.user.id === detail.user.id;
    if (last && sameUser && detail.revision < last.revision) {
      this.fail(`went back from ${last.revision} to ${detail.revision}`);
    }
    if (last?.session.id === detail.session.id && detail.revision === last.revision) this.fail('told a state twice');
    const moment = this.history.at(detail.user.id, detail.revision);
    if (!moment || !isOf(moment, detail)) this.fail(`shows what never was at ${detail.revision}`);
    this.liveSince ??= this.tab.time;
    this.before = last;
    this.last = detail;
    if (last?.session.id !== detail.session.id) this.extendedUntil = Date.parse(detail.session.expiresAt);
    if (!last) return;
    const known = sameUser ? this.history.at(last.user.id, last.revision) : undefined;
    const [from, to] = [last.platform?.id ?? null, detail.platform?.id ?? null];
    this.owed = {
      switch: from === to ? null : { from, to },
      list:
        known !== undefined &&
        moment !== undefined &&
        last.session.id === detail.session.id &&
        known.platforms !== moment.platforms,
    };
  }

  /** Events that were due must have been dispatched by now. */
  private pay(): void {
    if (this.owed.switch) this.fail('did not tell a switch');
    if (this.owed.list) this.fail('did not tell of a changed list');
    this.owed = NOTHING;
  }

  private switchTold({ platformId, previousPlatformId, fromThisTab }: PlatformSwitchedDetail): void {
    const { switch: owed } = this.owed;
    if (!owed || owed.from !== previousPlatformId || owed.to !== platformId) {
      this.fail(`tells a switch from ${previousPlatformId} to ${platformId} that was none`);
    }
    this.owed = { ...this.owed, switch: null };
    const { last, before } = this;
    if (!last || !before || before.user.id !== last.user.id) return;
    const mine = this.history.isBy(this.tab.name, last.user.id, before.revision, last.revision);
    const asked = this.asked.filter((each) => each.platformId === platformId);
    const open = asked.some(({ end, userId }) => end === null && (userId ?? last.user.id) === last.user.id);
    if (fromThisTab && !mine && !open) this.fail('takes a switch for its own');
    const alone = last.revision === before.revision + 1 && !asked.some(({ end }) => end === 'refused');
    if (mine && alone && !fromThisTab) this.fail('does not know its own switch');
  }

  private listTold({ platforms, revision }: PlatformsChangedDetail): void {
    const moment = this.last && this.history.at(this.last.user.id, revision);
    if (platforms && platforms !== moment?.platforms) this.fail(`tells a list that never was at ${revision}`);
    this.owed = { ...this.owed, list: false };
  }

  private warningTold({ expiresAt }: ExpiringDetail): void {
    if (this.warned.has(expiresAt)) this.fail('warns twice');
    if (expiresAt !== this.last?.session.expiresAt && !this.deadlinesOf(expiresAt))
      this.fail('warns of another deadline');
    this.warned.add(expiresAt);
  }

  private extensionTold({ expiresAt }: DeadlinesDetail): void {
    const until = Date.parse(expiresAt);
    if (until < this.extendedUntil + 1_000) this.fail('tells an extension twice');
    this.extendedUntil = until;
  }

  private deadlinesOf(expiresAt: string): boolean {
    return this.network.stateOf(this.last?.session.id ?? this.network.cookie)?.session.expires_at === expiresAt;
  }

  private endTold(): void {
    const { last, network } = this;
    if (!last || (network.isLive(last.session.id) && !network.sessionAbandoned)) this.fail('ended without a reason');
    if (this.tab.kept.has('vedfolnir_mine') || !this.tab.kept.has('other'))
      this.fail('did not forget its own keys alone');
    this.suspended = true;
  }
}

function isOf(moment: Snapshot, { user, platform, session }: StateDetail): boolean {
  const active = activeIn(moment, session.id);
  return user.username === moment.username && active?.id === platform?.id && active?.name === platform?.name;
}
