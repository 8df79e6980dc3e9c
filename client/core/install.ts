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
 * The one of this page, also where scripts of ours are there twice. Outside of a browser one without a session, so that
 * a module that imports it can be rendered on a server.
 * @param also starts with it, where it is new
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

/** What the server says of its page: asking whether there is a session would only bring a refusal. */
function isSignedOutPage(): boolean {
  return document.querySelector<HTMLMetaElement>('meta[name="vedfolnir-session"]')?.content === 'none';
}
