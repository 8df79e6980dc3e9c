import { localStorageOrNull, signedOutUserIds } from '../../core/storage';
import { session } from '../session';
import { loadDrafts } from './load-drafts';

/**
 * Signing out deletes the user's drafts: in any tab with elements that is notified, or else as soon as there is one.
 * Drafts survive every other end of the session.
 */
export function deleteDraftsOnLogout(): void {
  if (signedOutUserIds(localStorageOrNull()).length > 0) void loadDrafts();
  session.on('sessionExpired', () => {
    for (const user of signedOutUserIds(localStorageOrNull()))
      void loadDrafts().then(({ drafts }) => drafts.forget(user));
  });
}
