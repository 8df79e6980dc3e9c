/**
 * The state of this tab, and its one rule: only newer states and events are applied. Pure: no time, no network, no
 * events.
 */
import type { PlatformSwitched, PlatformsChanged } from '../../src/protocol/events';
import type { DeadlinesView, PlatformView, SessionState } from '../../src/protocol/http';

export type Outcome =
  /** Outdated or repeated. */
  | { kind: 'dropped' }
  /** A revision between ours and this one is missing: read the whole state. */
  | { kind: 'gap'; revision: number }
  /** The same revision; only the deadlines may have changed. */
  | { kind: 'refreshed'; extended: boolean }
  | Change;

export interface Change {
  kind: 'changed';
  before: SessionState | null;
  after: SessionState;
  /** The user's platforms as of this change; null if the change does not contain them. */
  platforms: PlatformView[] | null;
  /** A whole state, not an event: events since the last one are not known. */
  skipped: boolean;
  extended: boolean;
}

const DROPPED: Outcome = { kind: 'dropped' };

export class StateStore {
  private current: SessionState | null = null;
  /** Server time of the known deadlines: an older response must not set them back. */
  private deadlinesAt = 0;

  get state(): SessionState | null {
    return this.current;
  }

  get revision(): number {
    return this.current?.revision ?? 0;
  }

  clear(): void {
    this.current = null;
    this.deadlinesAt = 0;
  }

  /** A whole state, from the socket or from REST. Another user or session replaces everything. */
  applyState(next: SessionState): Outcome {
    const have = this.current;
    if (!have || have.session.id !== next.session.id || have.user.id !== next.user.id) {
      // Revisions count per user: in another session, too, an older state is not applied, but requested again.
      if (have?.user.id === next.user.id && next.revision < have.revision) {
        return { kind: 'gap', revision: have.revision };
      }
      this.deadlinesAt = Date.parse(next.server_time);
      return this.replace(next, { skipped: false, extended: false });
    }
    if (next.revision < have.revision) return DROPPED;
    const at = Date.parse(next.server_time);
    // A later response may have been read before the activity that we know of, and is then outdated all the same.
    const active = Date.parse(next.session.last_activity) >= Date.parse(have.session.last_activity);
    const fresher = active && at >= this.deadlinesAt;
    const extended = fresher && isLater(next.session, have.session);
    if (fresher) this.deadlinesAt = at;
    const merged = fresher ? next : { ...next, session: { ...have.session, pinned: next.session.pinned } };
    // One revision should have one content; if they differ, the later response wins.
    if (next.revision === have.revision && (!fresher || sameContent(have, next))) {
      this.current = { ...have, session: merged.session, server_time: merged.server_time };
      return { kind: 'refreshed', extended };
    }
    return this.replace(merged, { skipped: next.revision > have.revision, extended });
  }

  /** A switch. One of another session, or of all sessions while this one is pinned, changes only the revision. */
  applySwitched(event: Pick<PlatformSwitched, 'revision' | 'session_id' | 'platform' | 'pinned_session_ids'>): Outcome {
    const have = this.current;
    const refusal = this.checkRevision(event.revision);
    if (!have || refusal) return refusal ?? DROPPED;
    const { id } = have.session;
    const pinned = event.pinned_session_ids ? event.pinned_session_ids.includes(id) : have.session.pinned;
    const mine = event.session_id === id || (event.session_id === null && !pinned);
    const platform = mine ? event.platform : have.platform;
    const session = { ...have.session, pinned };
    return this.replace({ ...have, revision: event.revision, session, platform }, { skipped: false, extended: false });
  }

  /**
   * A changed list. The event goes to all sessions of the user, whose active platforms differ: if it names another
   * active platform than ours, only a whole state can tell which is right.
   */
  applyPlatforms(event: Pick<PlatformsChanged, 'revision' | 'platforms' | 'current_platform'>): Outcome {
    const have = this.current;
    const refusal = this.checkRevision(event.revision);
    if (!have || refusal) return refusal ?? DROPPED;
    if (event.current_platform?.id !== have.platform?.id) return { kind: 'gap', revision: event.revision };
    const after = { ...have, revision: event.revision, platform: event.current_platform };
    return this.replace(after, { skipped: false, extended: false, platforms: event.platforms });
  }

  /** @returns whether the session was extended */
  applyDeadlines(deadlines: DeadlinesView, serverTime: string): boolean {
    const have = this.current;
    const at = Date.parse(serverTime);
    if (!have || !(at >= this.deadlinesAt)) return false;
    this.deadlinesAt = at;
    const extended = isLater(deadlines, have.session);
    const { idle_expires_at, absolute_expires_at, expires_at } = deadlines;
    const last_activity = activityBehind(have.session, idle_expires_at, at);
    const session = { ...have.session, last_activity, idle_expires_at, absolute_expires_at, expires_at };
    this.current = { ...have, session };
    return extended;
  }

  private checkRevision(revision: number): Outcome | null {
    if (!this.current) return { kind: 'gap', revision };
    if (revision <= this.current.revision) return DROPPED;
    return revision > this.current.revision + 1 ? { kind: 'gap', revision } : null;
  }

  private replace(
    after: SessionState,
    how: { skipped: boolean; extended: boolean; platforms?: PlatformView[] },
  ): Outcome {
    const before = this.current;
    this.current = after;
    return { kind: 'changed', before, after, platforms: null, ...how };
  }
}

/** The last activity moves by as much as the idle deadline, but never past the present. */
function activityBehind(known: SessionState['session'], idleExpiresAt: string, now: number): string {
  const moved = Date.parse(idleExpiresAt) - Date.parse(known.idle_expires_at);
  return new Date(Math.min(Date.parse(known.last_activity) + Math.max(0, moved), now)).toISOString();
}

function isLater(a: DeadlinesView, b: DeadlinesView): boolean {
  return Date.parse(a.expires_at) > Date.parse(b.expires_at);
}

function sameContent(a: SessionState, b: SessionState): boolean {
  const content = ({ user, platform, session }: SessionState) =>
    JSON.stringify([user, platform, session.pinned ?? false]);
  return content(a) === content(b);
}
