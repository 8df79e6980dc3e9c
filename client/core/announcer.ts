import type { SessionEvents, StateDetail } from './details';
import type { Environment } from './environment';

/** Speaks to the page. Nothing in the core listens to what it says, so no listener can make it loop. */
export class Announcer {
  constructor(private readonly env: Pick<Environment, 'window' | 'document'>) {}

  /** @returns false when a listener took the event over with `preventDefault()`. */
  say<E extends keyof SessionEvents>(name: E, detail: SessionEvents[E]): boolean {
    return this.env.window.dispatchEvent(new CustomEvent(name, { detail, cancelable: name === 'sessionExpiring' }));
  }

  /** A changed state is told to the window and, for components, to the document. */
  state(make: () => StateDetail): void {
    this.say('sessionStateChanged', make());
    this.env.document.dispatchEvent(new CustomEvent('sessionUpdated', { detail: make(), bubbles: true }));
  }
}
