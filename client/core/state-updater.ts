/** Takes in what the server says, and tells the page what has changed: each change once. */
import type { PlatformSwitched, PlatformsChanged } from '../../src/protocol/events';
import type { ExtendedView, SessionState, SwitchResult } from '../../src/protocol/http';
import { deadlinesDetail, stateDetail } from './event-details';
import type { EventDispatcher } from './event-dispatcher';
import type { PerformanceMetrics } from './metrics';
import type { PendingSwitch, PendingSwitches } from './pending-switches';
import type { ServerClock } from './server-clock';
import type { Change, Outcome, StateStore } from './state-store';

/** One click may be several calls, each of which moves the deadline by a few milliseconds: that is one extension. */
const MIN_EXTENSION_MS = 1_000;

export interface StateUpdaterHooks {
  revisionGap(): void;
  /** Another session than before, or the first one. */
  sessionChanged(before: SessionState | null): void;
  deadlinesChanged(): void;
  extended(): void;
}

export class StateUpdater {
  /** The deadline that the page was last told of; ms. */
  private announcedExpiry = 0;

  constructor(
    private readonly tabId: string,
    private readonly store: StateStore,
    private readonly clock: ServerClock,
    private readonly events: EventDispatcher,
    private readonly metrics: PerformanceMetrics,
    private readonly pendingSwitches: PendingSwitches,
    private readonly hooks: StateUpdaterHooks,
  ) {}

  applyState(state: SessionState): void {
    this.clock.learn(state.server_time);
    this.handleOutcome(this.store.applyState(state), () => this.pendingSwitches.matches(state));
    this.hooks.deadlinesChanged();
  }

  applySwitched(event: PlatformSwitched): void {
    this.metrics.lastPushMs = Math.round(-this.clock.until(event.server_time));
    this.handleOutcome(this.store.applySwitched(event), () => event.origin.tab_id === this.tabId);
  }

  applyPlatforms(event: PlatformsChanged): void {
    this.handleOutcome(this.store.applyPlatforms(event), () => false);
  }

  /** The answer to this tab's own switch; the push of the same change may be before or behind it. */
  applySwitchResult(entry: PendingSwitch, { revision, platform }: SwitchResult): void {
    if ((entry.userId ?? this.userId) !== this.userId) return void this.pendingSwitches.remove(entry);
    entry.revision = revision;
    this.handleOutcome(this.store.applySwitched({ revision, session_id: null, platform }), () => true);
    this.pendingSwitches.removeUpTo(this.store.revision);
  }

  get userId(): number | null {
    return this.store.state?.user.id ?? null;
  }

  get sessionId(): string | undefined {
    return this.store.state?.session.id;
  }

  /** @param of the session that was asked for; the answer may come when this tab is in another one */
  applyDeadlines(view: ExtendedView, of: string | undefined): void {
    if (of !== this.sessionId) return;
    const extended = this.store.applyDeadlines(view, view.server_time);
    this.hooks.deadlinesChanged();
    if (extended) this.announceExtension();
  }

  private handleOutcome(outcome: Outcome, fromThisTab: () => boolean): void {
    if (outcome.kind === 'dropped') this.metrics.dropped += 1;
    if (outcome.kind === 'gap') {
      this.metrics.gaps += 1;
      this.hooks.revisionGap();
    }
    if (outcome.kind === 'changed') this.announceChange(outcome, fromThisTab());
    if (outcome.kind === 'refreshed' && outcome.extended) this.announceExtension();
  }

  private announceChange(change: Change, fromThisTab: boolean): void {
    const { before, after } = change;
    this.metrics.applied += 1;
    this.metrics.revision = after.revision;
    this.pendingSwitches.removeUpTo(after.revision);
    if (before?.session.id !== after.session.id) {
      this.announcedExpiry = Date.parse(after.session.expires_at);
      this.hooks.sessionChanged(before);
    }
    this.events.dispatchState(() => stateDetail(after));
    if (before) this.announcePlatforms(before, change, fromThisTab);
    if (change.extended) this.announceExtension();
  }

  private announcePlatforms(before: SessionState, { after, platforms, skipped }: Change, fromThisTab: boolean): void {
    const from = before.platform?.id ?? null;
    const to = after.platform;
    if (from !== (to?.id ?? null)) {
      this.events.dispatch('platformSwitched', {
        platformId: to?.id ?? null,
        platformName: to?.name ?? null,
        platformType: to?.platform_type ?? null,
        previousPlatformId: from,
        fromThisTab,
      });
    }
    if (platforms || skipped) this.events.dispatch('platformsChanged', { platforms, revision: after.revision });
  }

  private announceExtension(): void {
    const state = this.store.state;
    const until = Date.parse(state?.session.expires_at ?? '');
    if (!state || !(until >= this.announcedExpiry + MIN_EXTENSION_MS)) return;
    this.announcedExpiry = until;
    this.hooks.extended();
    this.events.dispatch('sessionExtended', deadlinesDetail(state.session));
  }
}
