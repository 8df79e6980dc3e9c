import { localStorageOrNull, signedOutUserIds } from '../../core/storage';
import { on } from '../session';
import { loadDrafts } from './load-drafts';

/**
 * Signing out removes the drafts of the person: in whichever tab with elements it is heard, and where no such tab was
 * open, as soon as there is one. They survive every other end.
 */
export function deleteDraftsOnLogout(): void {
  if (signedOutUserIds(localStorageOrNull()).length > 0) void loadDrafts();
  on('sessionExpired', () => {
    for (const user of signedOutUserIds(localStorageOrNull()))
      void loadDrafts().then(({ drafts }) => drafts.forget(user));
  });
}
