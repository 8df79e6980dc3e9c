import type { SessionEvents } from '../../core/details';
import type { SessionSync } from '../../core/session-sync';

/** The classic script stands before this one in every page of ours. */
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
