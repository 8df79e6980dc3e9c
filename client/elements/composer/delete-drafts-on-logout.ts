import { localStorageOrNull, signedOutUserIds } from '../../core/storage';
import { session } from '../session';
import { loadDrafts } from './load-drafts';

/** If the file cannot be loaded now, the next page with elements deletes them. */
const load = (task?: (module: typeof import('./drafts')) => void) => loadDrafts().then(task, () => undefined);

/**
 * Signing out deletes the user's drafts: in any tab with elements that is notified, or else as soon as there is one.
 * Drafts survive every other end of the session.
 */
export function deleteDraftsOnLogout(): void {
  if (signedOutUserIds(localStorageOrNull()).length > 0) void load();
  // Before anything is written in the new session.
  session.on('sessionStateChanged', ({ user }) => {
    if (signedOutUserIds(localStorageOrNull()).includes(user.id))
      void load(({ removeDraftsOfSignedOut }) => removeDraftsOfSignedOut());
  });
  session.on('sessionExpired', () => {
    for (const user of signedOutUserIds(localStorageOrNull())) void load(({ drafts }) => drafts.forget(user));
  });
}
