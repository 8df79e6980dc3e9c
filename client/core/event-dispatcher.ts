import { Emitter } from './emitter';
import type { Environment } from './environment';
import type { SessionEvents, StateDetail } from './event-details';

/**
 * Dispatches to our own parts first, then to the page. Our parts do not listen at the window: an event of the same
 * name that another script dispatches there changes nothing. The core has no listeners, so none can cause a loop.
 */
export class EventDispatcher {
  private readonly own = new Emitter<Record<keyof SessionEvents, CustomEvent>>();

  constructor(private readonly env: Pick<Environment, 'window' | 'document'>) {}

  /** @returns removes the listener */
  on<E extends keyof SessionEvents>(name: E, listener: (detail: SessionEvents[E], event: Event) => void): () => void {
    return this.own.on(name, (event) => listener(event.detail as SessionEvents[E], event));
  }

  /** @returns false if a listener called `preventDefault()` */
  dispatch<E extends keyof SessionEvents>(name: E, detail: SessionEvents[E]): boolean {
    const event = new CustomEvent(name, { detail, cancelable: name === 'sessionExpiring' });
    this.own.emit(name, event);
    return this.env.window.dispatchEvent(event);
  }

  /** A changed state is dispatched on the window and, for components, on the document. */
  dispatchState(make: () => StateDetail): void {
    this.dispatch('sessionStateChanged', make());
    this.env.document.dispatchEvent(new CustomEvent('sessionUpdated', { detail: make(), bubbles: true }));
  }
}
