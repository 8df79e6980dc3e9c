import { Injectable } from '@nestjs/common';
import { type DomainEventMap, DomainEvents } from './domain-events';

/** What a host may hear of. */
export interface VedfolnirEventMap
  extends Pick<
    DomainEventMap,
    'platform.switched' | 'platforms.changed' | 'session.extended' | 'session.ended' | 'post.updated' | 'post.removed'
  > {
  'session.created': Omit<DomainEventMap['session.created'], 'tokenHash'>;
}

/** What happened, on the node where it happened and after its commit: each event reaches one node's listeners only. */
@Injectable()
export class VedfolnirEvents {
  constructor(private readonly events: DomainEvents) {}

  /**
   * @param listener what it throws is logged; the request that caused the event waits for it for a moment at most
   * @returns its undo
   */
  on<N extends keyof VedfolnirEventMap>(name: N, listener: (event: VedfolnirEventMap[N]) => unknown): () => void {
    return this.events.onAny((event, source) => {
      if (event.name !== name || source !== 'here') return;
      if (event.name !== 'session.created') return listener(event.payload as VedfolnirEventMap[N]);
      const { tokenHash: _, ...created } = event.payload;
      return listener(created as VedfolnirEventMap[N]);
    });
  }
}
