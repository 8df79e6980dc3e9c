import { READY_EVENT } from '../core/ready-event';
import type { SessionSync } from '../core/session-sync';

/** Created by `vedfolnir.js`, `vedfolnir.mjs` or `session.mjs`, which may load after the elements: they wait for it. */
export const session: SessionSync = window.sessionSync ?? (await installed());

function installed(): Promise<SessionSync> {
  return new Promise((resolve) => {
    window.addEventListener(READY_EVENT, () => resolve(window.sessionSync), { once: true });
  });
}
