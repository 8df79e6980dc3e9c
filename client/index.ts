/** What a page of a server gets from us: the session, `window.sessionSync`, and the conventions of pages. */
import { startCounters } from './conventions/counters';
import { startFarewell } from './conventions/farewell';
import { startForms } from './conventions/forms';
import { startMarks } from './conventions/marks';
import { startRefresh } from './conventions/refresh';
import { veilStoredPages } from './conventions/veil';
import { begin } from './core/begin';
import type { SessionSync } from './core/session-sync';

export type * from './core/details';
export { ApiError, isApiError } from './core/errors';
export type { SessionSync };

export const sessionSync: SessionSync = begin((sync) => {
  startFarewell();
  // First: what is shown and counted in a form is about the form's own platform.
  startForms(sync);
  startMarks(sync);
  startCounters(sync);
  startRefresh(sync);
  veilStoredPages(sync);
});
