import { LRUCache } from 'lru-cache';
import type { DomainEventMap } from '../../common/domain-events';
import type { DeadlinesView } from '../../protocol/http';
import type { SessionContext } from '../session-context';

/** About 1.5 KB each. */
export const MAX_LOCAL_SESSIONS = 20_000;

/** Precision of expiry: with a resolution of 1 ms the cache would read the clock for each entry. */
const TTL_RESOLUTION_MS = 100;

/** Session ends, revisions and activities that became known while a database read was in progress, by id. */
type Load = Map<string | number, number>;

/** Newer than any activity. */
const ENDED = Number.POSITIVE_INFINITY;

/**
 * Session contexts in process memory, one for each session, by token hash. Events update or remove stale entries; the
 * result of a read in progress is kept only if it already includes all changes announced during the read.
 */
export class LocalSessionCache {
  private readonly entries: LRUCache<string, SessionContext>;
  /** Token hashes by user and session: events name those, not tokens. */
  private readonly tokensByUser = new Map<number, Map<string, string>>();
  private readonly loads = new Set<Load>();

  constructor(ttlMs: number, maxSessions = MAX_LOCAL_SESSIONS) {
    this.entries = new LRUCache({
      max: maxSessions,
      ttl: ttlMs,
      ttlResolution: TTL_RESOLUTION_MS,
      noDisposeOnSet: true,
      dispose: ({ session, user }, tokenHash) => this.removeFromIndex(user.id, session.id, tokenHash),
    });
  }

  get size(): number {
    return this.entries.size;
  }

  get(tokenHash: string): SessionContext | null {
    return this.entries.get(tokenHash) ?? null;
  }

  /** Reads the database, and caches the result unless it became stale during the read. */
  async load(tokenHash: string, read: () => Promise<SessionContext | null>): Promise<SessionContext | null> {
    const load: Load = new Map();
    this.loads.add(load);
    try {
      const context = await read();
      if (context && this.loads.has(load) && isCurrent(context, load)) this.put(tokenHash, context);
      return context;
    } finally {
      this.loads.delete(load);
    }
  }

  noteEnded(userId: number, sessionId: string): void {
    this.noteInLoads(sessionId, ENDED);
    const tokenHash = this.tokenOf(userId, sessionId);
    if (tokenHash !== undefined) this.entries.delete(tokenHash);
  }

  noteRevision(userId: number, revision: number): void {
    this.noteInLoads(userId, revision);
    for (const tokenHash of [...(this.tokensByUser.get(userId)?.values() ?? [])]) {
      const known = this.entries.peek(tokenHash);
      if (known && known.revision < revision) this.entries.delete(tokenHash);
    }
  }

  /** A switch event carries the full change, so entries of the preceding revision are updated instead of removed. */
  noteSwitch(event: DomainEventMap['platform.switched']): void {
    const { userId, revision, sessionId, platform, pinnedSessionIds } = event;
    for (const [id, tokenHash] of this.tokensByUser.get(userId) ?? []) {
      const known = this.entries.peek(tokenHash);
      if (known?.revision !== revision - 1) continue;
      const pinned = pinnedSessionIds.includes(id);
      const moved = sessionId === null ? !pinned : sessionId === id;
      const session = known.session.pinned === pinned ? known.session : { ...known.session, pinned };
      this.update(tokenHash, { ...known, session, revision, ...(moved && { platform }) });
    }
    this.noteRevision(userId, revision);
  }

  noteActivity(userId: number, sessionId: string, lastActivity: string, deadlines: DeadlinesView): void {
    const lastActivityAt = new Date(lastActivity);
    this.noteInLoads(sessionId, lastActivityAt.getTime());
    const tokenHash = this.tokenOf(userId, sessionId);
    const known = tokenHash === undefined ? undefined : this.entries.peek(tokenHash);
    if (tokenHash === undefined || !known || known.session.lastActivityAt >= lastActivityAt) return;
    const session = { ...known.session, lastActivityAt, idleExpiresAt: new Date(deadlines.idle_expires_at) };
    this.update(tokenHash, { ...known, session });
  }

  /** Removes all entries, and discards the results of reads in progress. */
  clear(): void {
    this.loads.clear();
    this.entries.clear();
  }

  private put(tokenHash: string, context: SessionContext): void {
    const { session, user } = context;
    const previous = this.tokenOf(user.id, session.id);
    const known = previous === undefined ? undefined : this.entries.get(previous);
    if (session.endedAt || (known && isOlder(context, known))) return;
    // The session was given a new token: the old one is no longer valid.
    if (previous !== undefined && previous !== tokenHash) this.entries.delete(previous);
    this.entries.set(tokenHash, context);
    const tokens = this.tokensByUser.get(user.id) ?? new Map<string, string>();
    this.tokensByUser.set(user.id, tokens.set(session.id, tokenHash));
  }

  /** Keeps the entry's expiry: the data was not read from the database. */
  private update(tokenHash: string, context: SessionContext): void {
    this.entries.set(tokenHash, context, { noUpdateTTL: true });
  }

  private noteInLoads(id: string | number, minimum: number): void {
    for (const load of this.loads) load.set(id, Math.max(minimum, load.get(id) ?? 0));
  }

  private tokenOf(userId: number, sessionId: string): string | undefined {
    return this.tokensByUser.get(userId)?.get(sessionId);
  }

  private removeFromIndex(userId: number, sessionId: string, tokenHash: string): void {
    const tokens = this.tokensByUser.get(userId);
    if (tokens?.get(sessionId) !== tokenHash) return;
    tokens.delete(sessionId);
    if (tokens.size === 0) this.tokensByUser.delete(userId);
  }
}

/** Whether the context includes all changes announced during the read. */
function isCurrent({ session, user, revision }: SessionContext, load: Load): boolean {
  return revision >= (load.get(user.id) ?? 0) && session.lastActivityAt.getTime() >= (load.get(session.id) ?? 0);
}

/** Compares two contexts of one session by the user's revision, then by activity. */
function isOlder(a: SessionContext, b: SessionContext): boolean {
  if (a.revision !== b.revision) return a.revision < b.revision;
  return a.session.lastActivityAt < b.session.lastActivityAt;
}
