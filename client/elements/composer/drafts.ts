import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import type { AuditView } from '../../../src/protocol/audit';
import { localStorageOrNull, signedOutUserIds, unmarkSignedOut } from '../../core/storage';
import { session } from '../session';
import { type AutosaveHooks, DraftAutosave } from './draft-autosave';
import { type Choices, type Draft, type DraftPlace, DraftRepository, type DraftStore } from './draft-repository';

const open = createStore('vedfolnir-drafts', 'drafts');

/** Rejects even where the browser throws at once, as where a user has blocked all storage. */
const run: UseStore = async (mode, task) => open(mode, task);

function write(task: (store: IDBObjectStore) => void): Promise<void> {
  return run('readwrite', (store) => {
    task(store);
    // Committed explicitly: a page that is closing rolls back transactions that are not.
    store.transaction.commit();
    return promisifyRequest(store.transaction);
  });
}

/**
 * `[user, platform, draft]`, next to the choices at `[user, platform]`; in IndexedDB an array is greater than any
 * string.
 */
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
    // Ids of platforms; the names of forms are greater than any number.
    const range = IDBKeyRange.bound([userId], [userId, '']);
    const keys = await run('readonly', (drafts) => promisifyRequest(drafts.getAllKeys(range)));
    return (keys as [number, number, string?][]).filter(([, , id]) => id !== undefined).map(([, id]) => id);
  },
  choices: ({ userId, platformId }) =>
    run('readonly', (drafts) => promisifyRequest<Choices | undefined>(drafts.get([userId, platformId]))),
  putChoices: ({ userId, platformId }, choices) => write((drafts) => void drafts.put(choices, [userId, platformId])),
  removeAllOf: (user) => write((drafts) => void drafts.delete(IDBKeyRange.bound([user], [user, []]))),
};

/** In IndexedDB and not in localStorage, which is cleared at the end of a session and cannot hold files. */
export const drafts = new DraftRepository(store, () => Date.now(), {
  current: () => {
    const state = session.getState();
    return state && { id: state.session.id, userId: state.user.id };
  },
  wasSignedOut: async (id) => {
    // The composer is rendered before its session is known.
    await session.ensureFresh();
    if (id === session.getState()?.session.id) return false;
    const { events } = await session.request<AuditView>('GET', '/api/audit?limit=200', { background: true });
    return events.some(({ session_id, reason }) => session_id === id && reason === 'logout');
  },
});

/** Messages about drafts between the tabs of this browser; null if it has no channels. */
export const draftChannel = 'BroadcastChannel' in window ? new BroadcastChannel('vedfolnir-drafts') : null;

export function createAutosave(hooks: Omit<AutosaveHooks, 'tell'>): DraftAutosave {
  return new DraftAutosave(drafts, { ...hooks, tell: (message) => draftChannel?.postMessage(message) });
}

/** Removes what users who have signed out in this browser have left. */
export function removeDraftsOfSignedOut(): void {
  for (const user of signedOutUserIds(localStorageOrNull())) {
    const removed = () => unmarkSignedOut(localStorageOrNull(), user);
    void store.removeAllOf(user).then(removed, () => undefined);
  }
}

// Before any other request to the store, which processes them in order.
removeDraftsOfSignedOut();
