import { createStore, promisifyRequest } from 'idb-keyval';
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
