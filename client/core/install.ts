import { browserEnvironment } from './browser-environment';
import { READY_EVENT } from './ready-event';
import { serverEnvironment } from './server-environment';
import { SessionSync } from './session-sync';

declare global {
  interface Window {
    sessionSync: SessionSync;
  }
}

/**
 * Returns the session object of this page, even if our scripts are loaded twice. On a server it has no session, so
 * that modules which import it can be rendered there.
 * @param also runs once, when the object is created
 */
export function installSessionSync(also?: (sync: SessionSync) => void): SessionSync {
  if (typeof window === 'undefined') return new SessionSync(serverEnvironment());
  if (window.sessionSync) return window.sessionSync;
  const sync = new SessionSync(browserEnvironment());
  window.sessionSync = sync;
  also?.(sync);
  if (isSignedOutPage()) sync.startSignedOut();
  else sync.start();
  window.dispatchEvent(new Event(READY_EVENT));
  return sync;
}

/** The server has marked the page as signed out: a request for the session would only be refused. */
function isSignedOutPage(): boolean {
  return document.querySelector<HTMLMetaElement>('meta[name="vedfolnir-session"]')?.content === 'none';
}
