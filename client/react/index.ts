/** The session in React 18 or later. It is null on a server, and in the browser until its state is known. */
import { useSyncExternalStore } from 'react';
import type { PlatformDetail, StateDetail } from '../core/event-details';
import { sessionSync } from '../index';

export type * from './jsx';

const subscribe = (listener: () => void) => sessionSync.subscribe(listener);
const getState = () => sessionSync.getState();
const getServerState = () => null;

/** @returns the user, the session and the platform; null: no user is signed in, as far as this tab knows */
export function useSession(): StateDetail | null {
  return useSyncExternalStore(subscribe, getState, getServerState);
}

/** @returns the platform that this tab shows; null: none is active */
export function usePlatform(): PlatformDetail | null {
  return useSession()?.platform ?? null;
}
