import { browserEnvironment } from './browser-environment';
import { SessionSync } from './session-sync';

declare global {
  interface Window {
    sessionSync: SessionSync;
  }
}

/** The one of this page, also where scripts of ours are there twice. @param also what begins with it, where it is new */
export function installSessionSync(also?: (sync: SessionSync) => void): SessionSync {
  if (window.sessionSync) return window.sessionSync;
  const sync = new SessionSync(browserEnvironment());
  window.sessionSync = sync;
  also?.(sync);
  sync.start();
  return sync;
}
