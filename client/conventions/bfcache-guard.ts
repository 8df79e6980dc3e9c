import type { SessionSync } from '../core/session-sync';
import { loginPage } from './session-ended-page';

const RETRY_MS = 2_000;

/**
 * "Back" must not show the data of a session that has ended. A page that enters the back/forward cache is hidden, and
 * is shown again when the server has confirmed the session.
 */
export function startBfcacheGuard(sync: SessionSync): void {
  const root = document.documentElement;
  window.addEventListener('pagehide', (event) => {
    if (event.persisted && sync.getState()) root.hidden = true;
  });
  window.addEventListener('pageshow', (event) => {
    if (event.persisted && root.hidden) void unveil();
  });

  async function unveil(): Promise<void> {
    const user = sync.getState()?.user.id;
    const reached = await reachServer();
    if (!reached) return void window.setTimeout(() => void unveil(), RETRY_MS);
    const state = sync.getState();
    if (!state) return window.location.replace(loginPage());
    // The session belongs to another user now: this page was made for the first one.
    if (state.user.id !== user) return window.location.reload();
    root.hidden = false;
  }

  async function reachServer(): Promise<boolean> {
    const { failedSyncs } = sync.getPerformanceMetrics();
    await sync.syncSessionState();
    return sync.getPerformanceMetrics().failedSyncs === failedSyncs || sync.getState() === null;
  }
}
