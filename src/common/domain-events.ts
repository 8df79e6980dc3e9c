/** Facts of the domain, typed and in process. Published only after the commit that made them true. */
import { EventEmitter } from 'node:events';
import type { EndReason } from '../protocol/events';
import type { DeadlinesView, PlatformView } from '../protocol/http';

/** Who asked: the tab that made the request, so that it can tell its own doing from another's. */
export interface Origin {
  sessionId: string | null;
  tabId: string | null;
}

export interface DomainEventMap {
  'platform.switched': {
    userId: number;
    revision: number;
    /** Null: all live sessions of the user moved. */
    sessionId: string | null;
    platform: PlatformView;
    previousPlatformId: number | null;
    origin: Origin;
    at: Date;
  };
  'platforms.changed': {
    userId: number;
    revision: number;
    platforms: PlatformView[];
    /** The live sessions and the platform that each is on now. */
    sessions: { id: string; platformId: number | null }[];
    at: Date;
  };
  'session.extended': { sessionId: string; deadlines: DeadlinesView; at: Date };
  'session.ended': { sessionId: string; userId: number; reason: EndReason; at: Date };
  /** The session lives on under a new secret; connections made with the old one must go. */
  'session.rekeyed': { sessionId: string };
}

export type DomainEventName = keyof DomainEventMap;
export type DomainEvent = { [N in DomainEventName]: { name: N; payload: DomainEventMap[N] } }[DomainEventName];

export class DomainEvents {
  private readonly emitter = new EventEmitter();

  publish(event: DomainEvent): void {
    this.emitter.emit(event.name, event.payload);
  }

  /** @returns its undo */
  on<N extends DomainEventName>(name: N, listener: (payload: DomainEventMap[N]) => void): () => void {
    this.emitter.on(name, listener);
    return () => this.emitter.off(name, listener);
  }
}
