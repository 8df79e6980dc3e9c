import { createStore, promisifyRequest } from 'idb-keyval';
import { on, session } from '../session';
import { DraftBook } from './draft-book';

const run = createStore('vedfolnir-drafts', 'drafts');

function write(task: (store: IDBObjectStore) => void): Promise<void> {
  return run('readwrite', (store) => {
    task(store);
    // Said aloud, for a page that closes takes back what it has not committed.
    store.transaction.commit();
    return promisifyRequest(store.transaction);
  });
}

/** In the browser's database and not in localStorage, which the end of a session wipes, and which holds no files. */
export const drafts = new DraftBook(
  {
    get: (user, platform) => run('readonly', (store) => promisifyRequest(store.get([user, platform]))),
    set: (user, platform, draft) => write((store) => void store.put(draft, [user, platform])),
    remove: (user, platform) => write((store) => void store.delete([user, platform])),
    removeAllOf: (user) => write((store) => void store.delete(IDBKeyRange.bound([user], [user, []]))),
  },
  () => Date.now(),
);

/** Signing out removes the drafts of the person, in whichever tab it is heard. They survive every other end. */
export function forgetDraftsOnLogout(): void {
  let user = session.getState()?.user.id;
  on('sessionStateChanged', (state) => {
    user = state.user.id;
  });
  on('sessionExpired', ({ reason, errorCode }) => {
    // A cookie that is gone may also have run out with its session. Who did sign out here has heard it by itself.
    const signedOut = reason === 'logout' && errorCode !== 'AUTHENTICATION_REQUIRED';
    if (signedOut && user !== undefined) drafts.forget(user);
  });
}
