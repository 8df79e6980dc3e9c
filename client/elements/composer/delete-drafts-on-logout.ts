import { localStorageOrNull, signedOutUserIds } from '../../core/storage';
import { on } from '../session';

/** A file of its own, beside the elements. */
const DRAFTS = '/client/drafts.mjs';

/**
 * Signing out removes the drafts of the person: in whichever tab with elements it is heard, and where no such tab was
 * open, as soon as there is one. They survive every other end.
 */
export function deleteDraftsOnLogout(): void {
  if (signedOutUserIds(localStorageOrNull()).length > 0) void load();
  on('sessionExpired', () => {
    for (const user of signedOutUserIds(localStorageOrNull())) void load().then(({ drafts }) => drafts.forget(user));
  });
}

/** What keeps drafts is loaded only now: most pages have none. It begins with those of who has signed out. */
function load(): Promise<typeof import('./drafts')> {
  return import(/* @vite-ignore */ DRAFTS);
}
