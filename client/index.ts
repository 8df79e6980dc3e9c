/** The script for a server's pages: the session at `window.sessionSync`, and the conventions for pages. */

import { startAutoRefresh } from './conventions/auto-refresh';
import { startBfcacheGuard } from './conventions/bfcache-guard';
import { startCharacterCounters } from './conventions/character-counters';
import { startCsrfMeta } from './conventions/csrf-meta';
import { startRendering } from './conventions/page';
import { startPlatformForms } from './conventions/platform-forms';
import { startSessionAttributes } from './conventions/session-attributes';
import { startSessionEndedPage } from './conventions/session-ended-page';
import { installSessionSync } from './core/install';
import type { SessionSync } from './core/session-sync';

export { ApiError, isApiError } from './core/errors';
export type * from './core/event-details';
export type { SessionSync };

export const sessionSync: SessionSync = installSessionSync((sync) => {
  startSessionEndedPage(sync);
  startCsrfMeta(sync);
  // Must be first: what is shown and counted in a form depends on the form's platform.
  startPlatformForms(sync);
  startSessionAttributes(sync);
  startCharacterCounters(sync);
  startRendering(sync);
  startAutoRefresh(sync);
  startBfcacheGuard(sync);
});
