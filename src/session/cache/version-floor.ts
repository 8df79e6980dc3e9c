import { LRUCache } from 'lru-cache';

/** Of a session: later than any activity. */
export const ENDED = Number.MAX_SAFE_INTEGER;

interface Note {
  /** What says less is past. */
  least: number;
  ticket: number;
}

/**
 * The newest that is known of sessions and users without reading them: by the session's id when it was last active, or
 * that it has ended; by the user's id the revision. Bounded: of notes that had to go, it is known when they were made.
 */
export class VersionFloor {
  private readonly notes: LRUCache<string | number, Note>;
  /** Counts what was learned. */
  private count = 0;
  /** Up to here something may be forgotten. */
  private floor = 0;

  /** @param ttl milliseconds */
  constructor(most: number, ttl: number) {
    this.notes = new LRUCache({
      max: most,
      ttl,
      noDisposeOnSet: true,
      dispose: (note, _key, why) => {
        if (why === 'evict') this.floor = Math.max(this.floor, note.ticket);
      },
    });
  }

  /** How far knowledge goes now. */
  ticket(): number {
    return this.count;
  }

  /** Whether all that was learned since then is known still. */
  reach(ticket: number): boolean {
    return ticket >= this.floor;
  }

  /** From here on nothing reaches back. */
  invalidateAll(): void {
    this.floor = ++this.count;
  }

  /** @returns whether that is news */
  raise(id: string | number, least: number): boolean {
    if (least <= this.leastOf(id)) return false;
    this.notes.set(id, { least, ticket: ++this.count });
    return true;
  }

  /** Without touching it, so that notes go in the order in which they were made. */
  leastOf(id: string | number): number {
    return this.notes.peek(id)?.least ?? 0;
  }
}
