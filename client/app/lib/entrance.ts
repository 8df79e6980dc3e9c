/** The door between a page of nobody and the pages of a person. */
import { keepWayBack, wayBack } from '../../conventions/way-back';
import { keep, localStorageOrNull } from '../../core/storage';
import { on, session } from '../../elements/session';

/** Of localStorage: when somebody came in last, for the tabs that still stand at the door. */
const ENTERED = 'vedfolnir_entered';

/** Somebody has signed in by this page. */
export function enter(userId: number): void {
  keep(localStorageOrNull(), ENTERED, String(Date.now()));
  window.location.assign(wayBack(userId));
}

/** This page is for nobody who is signed in: who has done so in another tab is led on, each tab to where it was. */
export function watchDoor(): void {
  on('sessionStateChanged', ({ user }) => window.location.replace(wayBack(user.id)));
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key === ENTERED && newValue) void session.syncSessionState();
  });
}

/** Who signs in again before the session ends by itself comes back to this page. */
export function keepPlaceOnLeaving(warning: Element | null): void {
  warning?.addEventListener('click', ({ target }) => {
    const state = session.getState();
    if (state && (target as Element).closest('a')) keepWayBack(state.user.id);
  });
}
