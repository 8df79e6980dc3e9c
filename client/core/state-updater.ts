/** Applies what the server sends, and notifies the page of each change once. */
import type { PlatformSwitched, PlatformsChanged } from '../../src/protocol/events';
import type { ExtendedView, PlatformView, SessionState, SwitchResult } from '../../src/protocol/http';
import { deadlinesDetail, stateDetail } from './event-details';
import type { EventDispatcher } from './event-dispatcher';
import type { PerformanceMetrics } from './metrics';
import type { PendingSwitch, PendingSwitches } from './pending-switches';
import type { ServerClock } from './server-clock';
import type { StateSnapshot } from './state-snapshot';
import type { Change, Outcome, StateStore } from './state-store';
import type { TabPin } from './tab-pin';

/**
 * One click may cause several requests, each of which moves the deadline by a few milliseconds: together they are one
 * extension.
 */
const MIN_EXTENSION_MS = 1_000;

export interface StateUpdaterHooks {
  revisionGap(): void;
  /** Another session than before, or the first one. */
  sessionChanged(before: SessionState | null): void;
  deadlinesChanged(): void;
  extended(): void;
  /** It is unknown whether the pinned platform still exists. */
  pinUnverified(platformId: number): void;
}

export class StateUpdater {
  /** The deadline that the page was last notified of; ms. */
  private announcedExpiry = 0;
  /** The platform that the page was last notified of. */
  private shown: PlatformView | null = null;

  constructor(
    private readonly tabId: string,
    private readonly store: StateStore,
    private readonly clock: ServerClock,
    private readonly events: EventDispatcher,
    private readonly metrics: PerformanceMetrics,
    private readonly pendingSwitches: PendingSwitches,
    private readonly pin: TabPin,
    private readonly snapshot: StateSnapshot,
    private readonly hooks: StateUpdaterHooks,
  ) {}

  applyState(state: SessionState): void {
    this.clock.learn(state.server_time);
    this.handleOutcome(this.store.applyState(state), () => this.pendingSwitches.matches(state));
    this.hooks.deadlinesChanged();
  }

  applySwitched(event: PlatformSwitched): void {
    this.metrics.lastPushMs = Math.round(-this.clock.until(event.server_time));
    const { session_id, tab_id } = event.origin;
    this.handleOutcome(this.store.applySwitched(event), () => tab_id === this.tabId, session_id);
  }

  applyPlatforms(event: PlatformsChanged): void {
    this.handleOutcome(this.store.applyPlatforms(event), () => false);
  }

  /** The response to this tab's own switch; the push of the same change may come before or after it. */
  applySwitchResult(entry: PendingSwitch, { revision, platform }: SwitchResult): void {
    if ((entry.userId ?? this.userId) !== this.userId) return void this.pendingSwitches.remove(entry);
    entry.revision = revision;
    const session_id = this.sessionId ?? null;
    const pinned_session_ids = entry.scope === 'session' && session_id ? [session_id] : [];
    // A tab that requests another platform wants to show it, so its pin is removed.
    const wasPinned = this.pinned !== null;
    this.pin.clear();
    const outcome = this.store.applySwitched({ revision, session_id, platform, pinned_session_ids });
    this.handleOutcome(outcome, () => true);
    if (wasPinned && outcome.kind !== 'changed') this.announcePin();
    this.pendingSwitches.removeUpTo(this.store.revision);
  }

  /** @param platform null: this tab shows the active one again */
  pinTab(platform: PlatformView | null): void {
    const { state } = this.store;
    if (!state || platform === this.pinned) return;
    if (platform) this.pin.set(state.user.id, platform);
    else this.pin.clear();
    this.announcePin();
  }

  /** The platform that this tab is pinned to, for the current user only. */
  get pinned(): PlatformView | null {
    return this.pin.platformOf(this.store.state?.user.id);
  }

  get userId(): number | null {
    return this.store.state?.user.id ?? null;
  }

  get sessionId(): string | undefined {
    return this.store.state?.session.id;
  }

  /** @param of the session of the request; this tab may be in another one when the response comes */
  applyDeadlines(view: ExtendedView, of: string | undefined): void {
    if (of !== this.sessionId) return;
    const extended = this.store.applyDeadlines(view, view.server_time);
    this.hooks.deadlinesChanged();
    this.snapshot.publish();
    if (extended) this.announceExtension();
  }

  /** @param origin the session that requested the change, if known */
  private handleOutcome(outcome: Outcome, fromThisTab: () => boolean, origin: string | null = null): void {
    if (outcome.kind === 'dropped') this.metrics.dropped += 1;
    if (outcome.kind === 'gap') {
      this.metrics.gaps += 1;
      this.hooks.revisionGap();
    }
    if (outcome.kind === 'changed') this.announceChange(outcome, fromThisTab(), origin);
    if (outcome.kind !== 'refreshed') return;
    this.snapshot.publish();
    if (outcome.extended) this.announceExtension();
  }

  private announceChange(change: Change, fromThisTab: boolean, origin: string | null): void {
    const { before, after, platforms, skipped } = change;
    this.metrics.applied += 1;
    this.metrics.revision = after.revision;
    this.pendingSwitches.removeUpTo(after.revision);
    if (before?.session.id !== after.session.id) {
      this.announcedExpiry = Date.parse(after.session.expires_at);
      this.hooks.sessionChanged(before);
    }
    this.updatePin(change);
    this.snapshot.publish();
    this.events.dispatchState(() => stateDetail(after, this.pinned));
    if (!before) this.shown = this.pinned ?? after.platform;
    else this.announceShown(fromThisTab, fromThisTab ? after.session.id : origin);
    if (before && (platforms || skipped)) {
      this.events.dispatch('platformsChanged', { platforms, revision: after.revision });
    }
    if (change.extended) this.announceExtension();
  }

  private announcePin(): void {
    const { state } = this.store;
    if (!state) return;
    this.snapshot.publish();
    this.events.dispatchState(() => stateDetail(state, this.pinned));
    this.announceShown(true, state.session.id);
  }

  private announceShown(fromThisTab: boolean, originSessionId: string | null): void {
    const from = this.shown?.id ?? null;
    const to = this.pinned ?? this.store.state?.platform ?? null;
    this.shown = to;
    if (from === (to?.id ?? null)) return;
    this.events.dispatch('platformSwitched', {
      platformId: to?.id ?? null,
      platformName: to?.name ?? null,
      platformType: to?.platform_type ?? null,
      previousPlatformId: from,
      fromThisTab,
      originSessionId,
    });
  }

  /** The platform that this tab is pinned to may have changed or been removed. */
  private updatePin({ before, after, platforms, skipped }: Change): void {
    const { pinned } = this;
    if (!pinned) return;
    const current = platforms?.find(({ id }) => id === pinned.id);
    if (current) this.pin.set(after.user.id, current);
    else if (platforms) this.pin.clear();
    else if (skipped || before?.session.id !== after.session.id) this.hooks.pinUnverified(pinned.id);
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
