/**
 * Facts of the domain, typed. Published in process, and only after the commit that made them true; the gateway carries
 * them on to the other nodes. So they are plain data, with times in ISO 8601.
 */

import { Logger } from '@nestjs/common';
import type { EndReason } from '../protocol/events';
import type { DeadlinesView, PlatformView, PostView } from '../protocol/http';
import { withTimeout } from './with-timeout';

/** Who asked: the tab that made the request, so that it can tell its own doing from another's. */
export interface Origin {
  sessionId: string | null;
  tabId: string | null;
}

export interface DomainEventMap {
  'platform.switched': {
    userId: number;
    revision: number;
    /** Null: all live sessions of the user moved, except the pinned ones. */
    sessionId: string | null;
    /** Null: a session that followed the others to no platform. */
    platform: PlatformView | null;
    previousPlatformId: number | null;
    origin: Origin;
    /** All pinned sessions of the user, after this switch. */
    pinnedSessionIds: string[];
    at: string;
  };
  'platforms.changed': {
    userId: number;
    revision: number;
    platforms: PlatformView[];
    /** The live sessions and the platform that each is on now. */
    sessions: { id: string; platformId: number | null }[];
    at: string;
  };
  'session.created': { sessionId: string; userId: number; tokenHash: string; at: string };
  'session.extended': { sessionId: string; userId: number; lastActivity: string; deadlines: DeadlinesView; at: string };
  'session.ended': { sessionId: string; userId: number; reason: EndReason; at: string };
  /** The session lives on under a new secret; connections made with the old one must go. */
  'session.rekeyed': { sessionId: string; userId: number; tokenHash: string; revision: number };
  'post.updated': { userId: number; post: PostView; at: string };
  'post.removed': { userId: number; postId: number; platformId: number; at: string };
  'posts.imported': {
    userId: number;
    platformId: number;
    imported: number;
    leftOut: number;
    isChanged: boolean;
    running: boolean;
    at: string;
  };
}

export type DomainEventName = keyof DomainEventMap;

export type DomainEvent = { [N in DomainEventName]: { name: N; payload: DomainEventMap[N] } }[DomainEventName];

/** From the commit of this node, or carried here from another. */
export type Source = 'here' | 'elsewhere';

/** Longest that a commit waits for those who are told of it; ms. */
const PATIENCE = 250;

type Listener<T> = (payload: T, source: Source) => unknown;

export class DomainEvents {
  private readonly byName = new Map<DomainEventName, Set<Listener<never>>>();
  private readonly ofAny = new Set<Listener<DomainEvent>>();
  private readonly logger = new Logger('Events');

  /**
   * Resolves when all listeners have done their part, or soon after: nobody holds up an answer for long. Never rejects:
   * the fact stands, and what a listener makes of it is no fault of whoever brought it about.
   */
  async publish(event: DomainEvent, source: Source = 'here'): Promise<void> {
    const calls = [
      ...[...(this.byName.get(event.name) ?? [])].map((listen) => () => listen(event.payload as never, source)),
      ...[...this.ofAny].map((listen) => () => listen(event, source)),
    ];
    const pending = calls.map((call) => this.attempt(event.name, call)).filter(Boolean);
    if (pending.length === 0) return;
    await withTimeout(PATIENCE, Promise.all(pending)).catch(() => undefined);
  }

  /** @returns its undo */
  on<N extends DomainEventName>(name: N, listener: Listener<DomainEventMap[N]>): () => void {
    const listeners = this.byName.get(name) ?? new Set();
    this.byName.set(name, listeners.add(listener as Listener<never>));
    return () => listeners.delete(listener as Listener<never>);
  }

  /** @returns a promise where the listener needs time */
  private attempt(name: DomainEventName, call: () => unknown): unknown {
    const failed = (error: unknown) => this.logger.error(`After ${name}: ${(error as Error).stack ?? error}`);
    try {
      const result = call();
      return result instanceof Promise ? result.catch(failed) : undefined;
    } catch (error) {
      failed(error);
    }
  }

  /** Every event, with where it came from. @returns its undo */
  onAny(listener: Listener<DomainEvent>): () => void {
    this.ofAny.add(listener);
    return () => this.ofAny.delete(listener);
  }
}
