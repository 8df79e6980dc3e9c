import type { SessionEvents } from '../core/event-details';
import type { SessionSync } from '../core/session-sync';

/** `vedfolnir.js`, `vedfolnir.mjs` or `session.mjs` stands before the elements in every page, and has put it there. */
export const session: SessionSync = window.sessionSync;

/** @returns its undo */
export function on<E extends keyof SessionEvents>(
  name: E,
  listener: (detail: SessionEvents[E], event: Event) => void,
): () => void {
  return session.on(name, listener);
}
