/** Takes in what the server says, and tells the page what has changed: each change once. */
import type { PlatformSwitched, PlatformsChanged } from '../../src/protocol/events';
import type { ExtendedView, SessionState, SwitchResult } from '../../src/protocol/http';
import type { Announcer } from './announcer';
import { deadlinesDetail, stateDetail } from './details';
import type { PerformanceMetrics } from './metrics';
import type { OwnSwitch, OwnSwitches } from './own-switches';
import type { ServerClock } from './server-clock';
import type { Change, Outcome, StateHolder } from './state-holder';

/** One click may be several calls, each of which moves the deadline by a few milliseconds: that is one extension. */
const ONE_EXTENSION_MS = 1_000;

export interface InboxHooks {
  gap(): void;
  /** Another session than before, or the first one. */
  begun(before: SessionState | null): void;
  deadlines(): void;
  extended(): void;
}

export class Inbox {
  /** The deadline that the page was last told of; ms. */
  private toldUntil = 0;

  constructor(
    private readonly tabId: string,
    private readonly holder: StateHolder,
    private readonly clock: ServerClock,
    private readonly announcer: Announcer,
    private readonly metrics: PerformanceMetrics,
    private readonly own: OwnSwitches,
    private readonly hooks: InboxHooks,
  ) {}

  state(state: SessionState): void {
    this.clock.learn(state.server_time);
    this.take(this.holder.applyState(state), () => this.own.claims(state));
    this.hooks.deadlines();
  }

  switched(event: PlatformSwitched): void {
    this.metrics.lastPushMs = Math.round(-this.clock.until(event.server_time));
    this.take(this.holder.applySwitched(event), () => event.origin.tab_id === this.tabId);
  }

  platforms(event: PlatformsChanged): void {
    this.take(this.holder.applyPlatforms(event), () => false);
  }

  /** The answer to this tab's own switch; the push of the same change may be before or behind it. */
  answered(entry: OwnSwitch, { revision, platform }: SwitchResult): void {
    if ((entry.userId ?? this.userId) !== this.userId) return void this.own.forget(entry);
    entry.revision = revision;
    this.take(this.holder.applySwitched({ revision, session_id: null, platform }), () => true);
    this.own.settle(this.holder.revision);
  }

  get userId(): number | null {
    return this.holder.state?.user.id ?? null;
  }

  get sessionId(): string | undefined {
    return this.holder.state?.session.id;
  }

  /** @param of the session that was asked for; the answer may come when this tab is in another one */
  deadlines(view: ExtendedView, of: string | undefined): void {
    if (of !== this.sessionId) return;
    const extended = this.holder.applyDeadlines(view, view.server_time);
    this.hooks.deadlines();
    if (extended) this.tellExtended();
  }

  private take(outcome: Outcome, fromThisTab: () => boolean): void {
    if (outcome.kind === 'dropped') this.metrics.dropped += 1;
    if (outcome.kind === 'gap') {
      this.metrics.gaps += 1;
      this.hooks.gap();
    }
    if (outcome.kind === 'changed') this.changed(outcome, fromThisTab());
    if (outcome.kind === 'refreshed' && outcome.extended) this.tellExtended();
  }

  private changed(change: Change, fromThisTab: boolean): void {
    const { before, after } = change;
    this.metrics.applied += 1;
    this.metrics.revision = after.revision;
    this.own.settle(after.revision);
    if (before?.session.id !== after.session.id) {
      this.toldUntil = Date.parse(after.session.expires_at);
      this.hooks.begun(before);
    }
    this.announcer.state(() => stateDetail(after));
    if (before) this.tellPlatforms(before, change, fromThisTab);
    if (change.extended) this.tellExtended();
  }

  private tellPlatforms(before: SessionState, { after, platforms, skipped }: Change, fromThisTab: boolean): void {
    const from = before.platform?.id ?? null;
    const to = after.platform;
    if (from !== (to?.id ?? null)) {
      this.announcer.say('platformSwitched', {
        platformId: to?.id ?? null,
        platformName: to?.name ?? null,
        platformType: to?.platform_type ?? null,
        previousPlatformId: from,
        fromThisTab,
      });
    }
    if (platforms || skipped) this.announcer.say('platformsChanged', { platforms, revision: after.revision });
  }

  private tellExtended(): void {
    const state = this.holder.state;
    const until = Date.parse(state?.session.expires_at ?? '');
    if (!state || !(until >= this.toldUntil + ONE_EXTENSION_MS)) return;
    this.toldUntil = until;
    this.hooks.extended();
    this.announcer.say('sessionExtended', deadlinesDetail(state.session));
  }
}
