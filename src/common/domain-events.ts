import { Logger } from '@nestjs/common';
import type { DomainEvent, DomainEventMap, DomainEventName } from './domain-event-schema';
import { withTimeout } from './with-timeout';

export type { DomainEvent, DomainEventMap, DomainEventName } from './domain-event-schema';

/** Committed by this node, or sent by another. */
export type Source = 'local' | 'remote';

/** How long a response waits for the listeners of its events. */
const LISTENERS_TIMEOUT_MS = 250;

type Listener<T> = (payload: T, source: Source) => unknown;

/** In-process events, published after their commit; the gateway forwards them to the other nodes. */
export class DomainEvents {
  private readonly byName = new Map<DomainEventName, Set<Listener<never>>>();
  private readonly ofAny = new Set<Listener<DomainEvent>>();
  private readonly logger = new Logger('Events');

  /**
   * Resolves when all listeners are done, or after the timeout. Never rejects: the transaction is committed already.
   */
  async publish(event: DomainEvent, source: Source = 'local'): Promise<void> {
    const calls = [
      ...[...(this.byName.get(event.name) ?? [])].map((listen) => () => listen(event.payload as never, source)),
      ...[...this.ofAny].map((listen) => () => listen(event, source)),
    ];
    const pending = calls.map((call) => this.attempt(event.name, call)).filter(Boolean);
    if (pending.length === 0) return;
    await withTimeout(LISTENERS_TIMEOUT_MS, Promise.all(pending)).catch(() => undefined);
  }

  /** @returns a function that removes the listener */
  on<N extends DomainEventName>(name: N, listener: Listener<DomainEventMap[N]>): () => void {
    const listeners = this.byName.get(name) ?? new Set();
    this.byName.set(name, listeners.add(listener as Listener<never>));
    return () => listeners.delete(listener as Listener<never>);
  }

  /** @returns a promise if the listener is asynchronous */
  private attempt(name: DomainEventName, call: () => unknown): unknown {
    const failed = (error: unknown) => this.logger.error(`After ${name}: ${(error as Error).stack ?? error}`);
    try {
      const result = call();
      return result instanceof Promise ? result.catch(failed) : undefined;
    } catch (error) {
      failed(error);
    }
  }

  /** Listens to every event, with its source. @returns a function that removes the listener */
  onAny(listener: Listener<DomainEvent>): () => void {
    this.ofAny.add(listener);
    return () => this.ofAny.delete(listener);
  }
}
