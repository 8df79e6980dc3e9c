import { on, session } from '../session';

/** A file of its own, beside the elements. */
const DRAFTS = '/client/drafts.mjs';

/**
 * Signing out removes the drafts of the person, in whichever tab it is heard, also where nothing is being written. They
 * survive every other end.
 */
export function forgetDraftsOnLogout(): void {
  let user = session.getState()?.user.id;
  on('sessionStateChanged', (state) => {
    user = state.user.id;
  });
  on('sessionExpired', ({ reason, errorCode }) => {
    // A cookie that is gone may also have run out with its session. Who did sign out here has heard it by itself.
    if (reason === 'logout' && errorCode !== 'AUTHENTICATION_REQUIRED' && user !== undefined) void forget(user);
  });
}

/** What keeps drafts is loaded only now: most pages have none. */
async function forget(user: number): Promise<void> {
  const { drafts }: typeof import('./drafts') = await import(/* @vite-ignore */ DRAFTS);
  drafts.forget(user);
}
