import type { SessionEvents } from '../core/event-details';
import type { SessionSync } from '../core/session-sync';

/** `vedfolnir.js`, `vedfolnir.mjs` or `session.mjs` stands before the elements in every page, and has put it there. */
export const session: SessionSync = window.sessionSync;

/** @returns its undo */
export function on<E extends keyof SessionEvents>(
  name: E,
  listener: (detail: SessionEvents[E], event: Event) => void,
): () => void {
  const heard = (event: Event) => listener((event as CustomEvent<SessionEvents[E]>).detail, event);
  window.addEventListener(name, heard);
  return () => window.removeEventListener(name, heard);
}
