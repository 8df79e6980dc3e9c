import { LRUCache } from 'lru-cache';
import type { DeadlinesView } from '../../protocol/http';
import type { SessionContext } from '../session-context';

/** Sessions kept in process; some 1.5 KB each. */
export const NEAR_MOST = 20_000;
/** What is remembered of ends and revisions, so that a slow read cannot bring back what is past. */
const NOTES_MOST = 100_000;

/**
 * Contexts in process, by the hash of the session's secret. What counts is decided when it is read: an entry of a
 * session that has ended, or older than its user's newest known revision, is none.
 */
export class NearCache {
  private readonly entries: LRUCache<string, SessionContext>;
  private readonly keyOf = new Map<string, string>();
  private readonly ended: LRUCache<string, true>;
  private readonly revisions: LRUCache<number, number>;
  private epoch = 0;

  /** @param ttl milliseconds */
  constructor(ttl: number, most = NEAR_MOST) {
    this.entries = new LRUCache({
      max: most,
      ttl,
      // A new context of the same secret takes the old one's place, and nothing is gone.
      noDisposeOnSet: true,
      dispose: (context, key) => {
        if (this.keyOf.get(context.session.id) === key) this.keyOf.delete(context.session.id);
      },
    });
    // Notes outlive every entry that was there when they were made.
    this.ended = new LRUCache({ max: NOTES_MOST, ttl: 2 * ttl });
    this.revisions = new LRUCache({ max: NOTES_MOST, ttl: 2 * ttl });
  }

  get size(): number {
    return this.entries.size;
  }

  get(tokenHash: string): SessionContext | null {
    const context = this.entries.get(tokenHash);
    return context && this.admits(context) ? context : null;
  }

  /** Taken before a read, to be handed to `put` with what was read. */
  ticket(): number {
    return this.epoch;
  }

  /** @param ticket an older one than the last `clear` puts nothing */
  put(tokenHash: string, context: SessionContext, ticket: number): void {
    const known = this.entries.get(tokenHash);
    const older = known && isOlder(context, known);
    if (ticket !== this.epoch || older || !this.admits(context)) return;
    this.entries.set(tokenHash, context);
    this.keyOf.set(context.session.id, tokenHash);
  }

  /** @returns whether that is news */
  noteEnded(sessionId: string): boolean {
    if (this.ended.has(sessionId)) return false;
    this.ended.set(sessionId, true);
    const key = this.keyOf.get(sessionId);
    if (key) this.entries.delete(key);
    return true;
  }

  /** @returns whether that is news */
  noteRevision(userId: number, revision: number): boolean {
    if (revision <= (this.revisions.get(userId) ?? 0)) return false;
    this.revisions.set(userId, revision);
    return true;
  }

  /** The same session, seen active later. */
  noteActivity(sessionId: string, lastActivity: string, deadlines: DeadlinesView): void {
    const key = this.keyOf.get(sessionId);
    const known = key ? this.entries.get(key) : undefined;
    if (!key || !known || known.session.lastActivityAt >= new Date(lastActivity)) return;
    const session = {
      ...known.session,
      lastActivityAt: new Date(lastActivity),
      idleExpiresAt: new Date(deadlines.idle_expires_at),
    };
    // It is no newer reading of the database: it must not make the entry live longer.
    this.entries.set(key, { ...known, session }, { noUpdateTTL: true });
  }

  /** Whether this says nothing that is known to be past. */
  admits(context: SessionContext): boolean {
    return (
      context.session.endedAt === null &&
      !this.ended.has(context.session.id) &&
      context.revision >= (this.revisions.get(context.user.id) ?? 0)
    );
  }

  /** Forgets all contexts, also those that are just being read. What has ended stays ended. */
  clear(): void {
    this.epoch++;
    this.entries.clear();
  }
}

/** Order of what is known of one session: by the user's revision, then by activity. */
export function isOlder(a: SessionContext, b: SessionContext): boolean {
  if (a.revision !== b.revision) return a.revision < b.revision;
  return a.session.lastActivityAt < b.session.lastActivityAt;
}
