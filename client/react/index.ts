/** The session in React, 18 or later. On a server, and until the browser has heard of it, there is none. */
import { useSyncExternalStore } from 'react';
import type { PlatformDetail, StateDetail } from '../core/event-details';
import { sessionSync } from '../index';

export type * from './jsx';

const subscribe = (listener: () => void) => sessionSync.subscribe(listener);
const getState = () => sessionSync.getState();
const getServerState = () => null;

/** @returns who is signed in, in which session, on which platform; null: nobody, as far as this tab knows */
export function useSession(): StateDetail | null {
  return useSyncExternalStore(subscribe, getState, getServerState);
}

/** @returns the platform that this tab shows; null: none is active */
export function usePlatform(): PlatformDetail | null {
  return useSession()?.platform ?? null;
}
