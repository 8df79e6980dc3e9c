/** What a page gets from us: `window.sessionSync`, there as soon as this has been read. */
import { startCounters } from './conventions/counters';
import { startFarewell } from './conventions/farewell';
import { startForms } from './conventions/forms';
import { startMarks } from './conventions/marks';
import { startRefresh } from './conventions/refresh';
import { veilStoredPages } from './conventions/veil';
import { browserEnvironment } from './core/browser-environment';
import { SessionSync } from './core/session-sync';

export type * from './core/details';
export { ApiError, isApiError } from './core/errors';
export type { SessionSync } from './core/session-sync';

declare global {
  interface Window {
    sessionSync: SessionSync;
  }
}

/** The one of this page, also when the script is there twice, as a classic one and as a module. */
export const sessionSync: SessionSync = window.sessionSync ?? begin();

function begin(): SessionSync {
  const sync = new SessionSync(browserEnvironment());
  window.sessionSync = sync;
  sync.start();
  startFarewell();
  // First: what is shown and counted in a form is about the form's own platform.
  startForms(sync);
  startMarks(sync);
  startCounters(sync);
  startRefresh(sync);
  veilStoredPages(sync);
  return sync;
}
