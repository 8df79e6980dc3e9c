/** Dispatched on the window once `window.sessionSync` exists, for scripts that ran before. */
export const READY_EVENT = 'sessionSyncReady';
