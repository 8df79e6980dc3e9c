import { createStore, promisifyRequest } from 'idb-keyval';
import type { AuditView } from '../../../src/protocol/audit';
import { localStorageOrNull, signedOutUserIds, unmarkSignedOut } from '../../core/storage';
import { session } from '../session';
import { type Choices, type Draft, type DraftPlace, DraftRepository, type DraftStore } from './draft-repository';

const run = createStore('vedfolnir-drafts', 'drafts');

function write(task: (store: IDBObjectStore) => void): Promise<void> {
  return run('readwrite', (store) => {
    task(store);
    // Said aloud, for a page that closes takes back what it has not committed.
    store.transaction.commit();
    return promisifyRequest(store.transaction);
  });
}

/** `[user, platform, draft]`, beside the choices at `[user, platform]`; an array is greater than any text. */
const keyOf = ({ userId, platformId }: DraftPlace, id: string) => [userId, platformId, id];

const store: DraftStore = {
  list: ({ userId, platformId }) =>
    run('readonly', (drafts) =>
      promisifyRequest<Draft[]>(drafts.getAll(IDBKeyRange.bound([userId, platformId, ''], [userId, platformId, []]))),
    ),
  put: (place, draft) => write((drafts) => void drafts.put(draft, keyOf(place, draft.id))),
  remove: (place, id, savedAt) =>
    run('readwrite', async (drafts) => {
      const kept = await promisifyRequest<Draft | undefined>(drafts.get(keyOf(place, id)));
      if (kept?.savedAt === savedAt) await promisifyRequest(drafts.delete(keyOf(place, id)));
    }),
  platforms: async (userId) => {
    const range = IDBKeyRange.bound([userId], [userId, []]);
    const keys = await run('readonly', (drafts) => promisifyRequest(drafts.getAllKeys(range)));
    return (keys as [number, number, string?][]).filter(([, , id]) => id !== undefined).map(([, id]) => id);
  },
  choices: ({ userId, platformId }) =>
    run('readonly', (drafts) => promisifyRequest<Choices | undefined>(drafts.get([userId, platformId]))),
  putChoices: ({ userId, platformId }, choices) => write((drafts) => void drafts.put(choices, [userId, platformId])),
  removeAllOf: (user) => write((drafts) => void drafts.delete(IDBKeyRange.bound([user], [user, []]))),
};

/** In the browser's database and not in localStorage, which the end of a session wipes, and which holds no files. */
export const drafts = new DraftRepository(store, () => Date.now(), {
  current: () => session.getState()?.session.id,
  wasSignedOut: async (id) => {
    // The page is drawn before its session is known.
    await session.ensureFresh();
    if (id === session.getState()?.session.id) return false;
    const { events } = await session.request<AuditView>('GET', '/api/audit?limit=200', { background: true });
    return events.some(({ session_id, reason }) => session_id === id && reason === 'logout');
  },
});

/** What the tabs of this browser tell each other of their drafts; null where it has no channels. */
export const draftChannel = 'BroadcastChannel' in window ? new BroadcastChannel('vedfolnir-drafts') : null;

// Before anything else is asked of the store, which answers in turn.
for (const user of signedOutUserIds(localStorageOrNull())) {
  const removed = () => unmarkSignedOut(localStorageOrNull(), user);
  void store.removeAllOf(user).then(removed, () => undefined);
}
