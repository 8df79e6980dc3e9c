import type { Environment } from './environment';
import type { SessionEvents, StateDetail } from './event-details';

/** Speaks to the page. Nothing in the core listens to what it says, so no listener can make it loop. */
export class EventDispatcher {
  constructor(private readonly env: Pick<Environment, 'window' | 'document'>) {}

  /** @returns false when a listener took the event over with `preventDefault()`. */
  dispatch<E extends keyof SessionEvents>(name: E, detail: SessionEvents[E]): boolean {
    return this.env.window.dispatchEvent(new CustomEvent(name, { detail, cancelable: name === 'sessionExpiring' }));
  }

  /** A changed state is told to the window and, for components, to the document. */
  dispatchState(make: () => StateDetail): void {
    this.dispatch('sessionStateChanged', make());
    this.env.document.dispatchEvent(new CustomEvent('sessionUpdated', { detail: make(), bubbles: true }));
  }
}
