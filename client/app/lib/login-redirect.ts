/** Redirects between the sign-in pages and the pages of a signed-in user. */
import { returnPath, saveReturnPath } from '../../conventions/return-path';
import { localStorageOrNull, setItem } from '../../core/storage';
import { session } from '../../elements/session';

/** Key in localStorage: time of the last sign-in in this browser; milliseconds since 1970. */
const LAST_LOGIN_KEY = 'vedfolnir_entered';

/** Call after a sign-in on this page: goes to the page that the user was on before. */
export function completeLogin(userId: number): void {
  setItem(localStorageOrNull(), LAST_LOGIN_KEY, String(Date.now()));
  window.location.assign(returnPath(userId));
}

/** Leaves this page when the user signs in elsewhere in this browser; each tab returns to its own previous page. */
export function redirectWhenSignedIn(): void {
  const leadOn = () => {
    const state = session.getState();
    if (state) window.location.replace(returnPath(state.user.id));
  };
  session.on('sessionStateChanged', leadOn);
  leadOn();
  const look = () => {
    // Only sign-ins since this page was loaded count.
    const lastLogin = localStorageOrNull()?.getItem(LAST_LOGIN_KEY);
    if (lastLogin && Number(lastLogin) > performance.timeOrigin) void session.syncSessionState();
  };
  look();
  window.addEventListener('storage', ({ key }) => key === LAST_LOGIN_KEY && look());
  document.addEventListener('visibilitychange', look);
}

/** Users who sign in again before the session expires return to this page. */
export function saveReturnPathOnLeave(warning: Element | null): void {
  warning?.addEventListener('click', (event) => {
    const { target, ctrlKey, metaKey, shiftKey } = event as MouseEvent;
    const state = session.getState();
    // A link opened in a new tab must not set this tab's return path.
    const here = !ctrlKey && !metaKey && !shiftKey && (target as Element).closest('a');
    if (here && state) saveReturnPath(state.user.id);
  });
}
