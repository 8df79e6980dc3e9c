/** The door between the pages of nobody and those of a person. */
import { returnPath, saveReturnPath } from '../../conventions/return-path';
import { localStorageOrNull, setItem } from '../../core/storage';
import { on, session } from '../../elements/session';

/** Of localStorage: when somebody came in last in this browser; milliseconds since 1970. */
const LAST_LOGIN_KEY = 'vedfolnir_entered';

/** Somebody has signed in by this page: on to where they were. */
export function completeLogin(userId: number): void {
  setItem(localStorageOrNull(), LAST_LOGIN_KEY, String(Date.now()));
  window.location.assign(returnPath(userId));
}

/** Leads on from this page whoever has signed in elsewhere in this browser, each tab to where it was. */
export function redirectWhenSignedIn(): void {
  const leadOn = () => {
    const state = session.getState();
    if (state) window.location.replace(returnPath(state.user.id));
  };
  on('sessionStateChanged', leadOn);
  leadOn();
  const look = () => {
    // Since this page came.
    if (Number(localStorageOrNull()?.getItem(LAST_LOGIN_KEY)) > performance.timeOrigin) void session.syncSessionState();
  };
  look();
  window.addEventListener('storage', ({ key }) => key === LAST_LOGIN_KEY && look());
  document.addEventListener('visibilitychange', look);
}

/** Who signs in again before the session ends by itself comes back to this page. */
export function saveReturnPathOnLeave(warning: Element | null): void {
  warning?.addEventListener('click', (event) => {
    const { target, ctrlKey, metaKey, shiftKey } = event as MouseEvent;
    const state = session.getState();
    // Another tab may be asked for: that one has no place yet.
    const here = !ctrlKey && !metaKey && !shiftKey && (target as Element).closest('a');
    if (here && state) saveReturnPath(state.user.id);
  });
}
