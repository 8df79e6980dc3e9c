/** Dispatched on the window once `window.sessionSync` is there, for scripts that came before it. */
export const READY_EVENT = 'sessionSyncReady';
