import { LRUCache } from 'lru-cache';
import type { DomainEventMap } from '../../common/domain-events';
import type { DeadlinesView } from '../../protocol/http';
import type { SessionContext } from '../session-context';
import { ENDED, VersionFloor } from './version-floor';

/** Sessions kept in process; some 1.5 KB each. */
export const MAX_LOCAL_SESSIONS = 20_000;
/** What is remembered of ends, activities and revisions, so that a slow read cannot bring back what is past. */
const NOTES_MOST = 100_000;

interface Entry {
  context: SessionContext;
  ticket: number;
}

/**
 * Contexts in process, by the hash of the session's secret, one for each session. What counts is decided when it is
 * read: an entry that is older than what is known of its session or of its user, is none. Where knowledge had to be
 * forgotten for want of room, nothing counts that was read before it was gained.
 */
export class LocalSessionCache {
  private readonly entries: LRUCache<string, Entry>;
  private readonly keyOf = new Map<string, string>();
  private readonly sessionsOf = new Map<number, Set<string>>();
  private readonly notes: VersionFloor;

  /** @param ttl milliseconds */
  constructor(ttl: number, most = MAX_LOCAL_SESSIONS, mostNotes = NOTES_MOST) {
    this.entries = new LRUCache({
      max: most,
      ttl,
      // A new context of the same secret takes the old one's place, and nothing is gone.
      noDisposeOnSet: true,
      dispose: ({ context }, key) => {
        if (this.keyOf.get(context.session.id) === key) this.forget(context);
      },
    });
    // VersionFloor outlive every entry that was there when they were made.
    this.notes = new VersionFloor(mostNotes, 2 * ttl);
  }

  get size(): number {
    return this.entries.size;
  }

  get(tokenHash: string): SessionContext | null {
    const entry = this.entries.get(tokenHash);
    return entry && this.notes.reach(entry.ticket) && this.admits(entry.context) ? entry.context : null;
  }

  /** Taken before a read, to be handed to `put` with what was read. */
  ticket(): number {
    return this.notes.ticket();
  }

  /**
   * @param ticket an older one than the last `clear` puts nothing
   * @returns whether the context was taken; if not, it is past
   */
  put(tokenHash: string, context: SessionContext, ticket: number): boolean {
    const key = this.keyOf.get(context.session.id);
    const known = key === undefined ? undefined : this.entries.get(key)?.context;
    const older = known && isOlder(context, known);
    if (older || !this.notes.reach(ticket) || !this.admits(context)) return false;
    // It was given another secret, and the old one is nobody's any more.
    if (key !== undefined && key !== tokenHash) this.entries.delete(key);
    this.entries.set(tokenHash, { context, ticket });
    this.keyOf.set(context.session.id, tokenHash);
    const sessions = this.sessionsOf.get(context.user.id) ?? new Set();
    this.sessionsOf.set(context.user.id, sessions.add(context.session.id));
    return true;
  }

  /** @returns whether that is news */
  noteEnded(sessionId: string): boolean {
    const key = this.keyOf.get(sessionId);
    if (key !== undefined) this.entries.delete(key);
    return this.notes.raise(sessionId, ENDED);
  }

  /** @returns whether that is news */
  noteRevision(userId: number, revision: number): boolean {
    return this.notes.raise(userId, revision);
  }

  /**
   * A switch says all that it changes: what was known up to the change before it, is known up to this one.
   * @returns whether the revision is news
   */
  noteSwitch({ userId, revision, sessionId, platform }: DomainEventMap['platform.switched']): boolean {
    for (const id of this.sessionsOf.get(userId) ?? []) {
      const key = this.keyOf.get(id)!;
      const known = this.entries.peek(key);
      if (known?.context.revision !== revision - 1) continue;
      const moved = sessionId === null || sessionId === id;
      const context = { ...known.context, revision, ...(moved && { platform }) };
      this.entries.set(key, { ...known, context }, { noUpdateTTL: true });
    }
    return this.noteRevision(userId, revision);
  }

  /** The same session, seen active later. */
  noteActivity(sessionId: string, lastActivity: string, deadlines: DeadlinesView): void {
    const lastActivityAt = new Date(lastActivity);
    if (!this.notes.raise(sessionId, lastActivityAt.getTime())) return;
    const key = this.keyOf.get(sessionId);
    const known = key === undefined ? undefined : this.entries.get(key);
    if (key === undefined || !known) return;
    const session = { ...known.context.session, lastActivityAt, idleExpiresAt: new Date(deadlines.idle_expires_at) };
    const context = { ...known.context, session };
    // It is no newer reading of the database: it must not make the entry live longer.
    this.entries.set(key, { ...known, context }, { noUpdateTTL: true });
  }

  /** Whether this says nothing that is known to be past. */
  admits({ session, user, revision }: SessionContext): boolean {
    return (
      session.endedAt === null &&
      session.lastActivityAt.getTime() >= this.notes.leastOf(session.id) &&
      revision >= this.notes.leastOf(user.id)
    );
  }

  private forget({ session, user }: SessionContext): void {
    this.keyOf.delete(session.id);
    const sessions = this.sessionsOf.get(user.id);
    sessions?.delete(session.id);
    if (sessions?.size === 0) this.sessionsOf.delete(user.id);
  }

  /** Forgets all contexts, also those that are just being read. What has ended stays ended. */
  clear(): void {
    this.notes.invalidateAll();
    this.entries.clear();
  }
}

/** Order of what is known of one session: by the user's revision, then by activity. */
export function isOlder(a: SessionContext, b: SessionContext): boolean {
  if (a.revision !== b.revision) return a.revision < b.revision;
  return a.session.lastActivityAt < b.session.lastActivityAt;
}
