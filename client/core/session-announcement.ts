/** Announces a new session to the other tabs of this browser, which may have none any more. */
import type { Environment } from './environment';
import { setItem } from './storage';

/** Holds the id of the session, which is public. */
const KEY = 'vedfolnir_session';

/**
 * A storage event is dispatched only if the value changes: a page of a session that is known already announces
 * nothing.
 */
export function announceSession({ storage }: Environment, sessionId: string): void {
  setItem(storage, KEY, sessionId);
}

/** @returns removes the listener */
export function onSessionAnnounced({ window }: Environment, listener: () => void): () => void {
  const listen = (event: Event) => {
    const { key, newValue } = event as Partial<StorageEvent>;
    if (key === KEY && newValue) listener();
  };
  window.addEventListener('storage', listen);
  return () => window.removeEventListener('storage', listen);
}
