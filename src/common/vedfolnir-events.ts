import { Injectable } from '@nestjs/common';
import { type DomainEventMap, DomainEvents } from './domain-events';

/** The events that hosts can listen to. */
export interface VedfolnirEventMap
  extends Pick<
    DomainEventMap,
    'platform.switched' | 'platforms.changed' | 'session.extended' | 'session.ended' | 'post.updated' | 'post.removed'
  > {
  'session.created': Omit<DomainEventMap['session.created'], 'tokenHash'>;
}

/** Events for hosts, published after the commit, only on the node that committed. */
@Injectable()
export class VedfolnirEvents {
  constructor(private readonly events: DomainEvents) {}

  /**
   * @param listener errors are logged; the response to the request that caused the event waits for it only briefly
   * @returns a function that removes the listener
   */
  on<N extends keyof VedfolnirEventMap>(name: N, listener: (event: VedfolnirEventMap[N]) => unknown): () => void {
    return this.events.onAny((event, source) => {
      if (event.name !== name || source !== 'local') return;
      if (event.name !== 'session.created') return listener(event.payload as VedfolnirEventMap[N]);
      const { tokenHash: _, ...created } = event.payload;
      return listener(created as VedfolnirEventMap[N]);
    });
  }
}
