import { VirtualTime } from '../../../core/testing/virtual-time';
import { type AutosaveHooks, DraftAutosave } from '../draft-autosave';
import { type Choices, type Draft, type DraftContent, type DraftPlace, DraftRepository } from '../draft-repository';

export const EMPTY: DraftContent = {
  text: { title: '', content: '', spoiler_text: '', visibility: 'public', language: 'en' },
  files: [],
};

/** The store of a browser, in memory. */
export function memoryStore() {
  const kept = new Map<string, Draft>();
  const choices = new Map<string, Choices>();
  const keyOf = ({ userId, platformId }: DraftPlace, id: string) => `${userId}/${platformId}/${id}`;
  return {
    kept,
    list: async ({ userId, platformId }: DraftPlace) =>
      [...kept].filter(([key]) => key.startsWith(`${userId}/${platformId}/`)).map(([, draft]) => draft),
    put: async (place: DraftPlace, draft: Draft) => void kept.set(keyOf(place, draft.id), draft),
    remove: async (place: DraftPlace, id: string, savedAt: string) => {
      if (kept.get(keyOf(place, id))?.savedAt === savedAt) kept.delete(keyOf(place, id));
    },
    platforms: async (userId: number) =>
      [...kept.keys()].map((key) => key.split('/').map(Number)).flatMap(([user, id]) => (user === userId ? [id!] : [])),
    choices: async ({ userId, platformId }: DraftPlace) => choices.get(`${userId}/${platformId}`),
    putChoices: async ({ userId, platformId }: DraftPlace, chosen: Choices) =>
      void choices.set(`${userId}/${platformId}`, chosen),
    removeAllOf: async (userId: number) => {
      for (const key of kept.keys()) if (key.startsWith(`${userId}/`)) kept.delete(key);
    },
  };
}

/** Composers of one browser share the store; the clock advances with each save. Also defines `window`. */
export function shared() {
  const store = memoryStore();
  const time = new VirtualTime();
  const setTimeout = (task: () => void, ms: number) => time.after(ms, task);
  const clearTimeout = (timer: number) => time.cancel(timer);
  Object.assign(globalThis, { window: { setTimeout, clearTimeout } });
  const now = () => {
    time.now += 1;
    return time.now;
  };
  const repository = new DraftRepository(store, now, {
    current: () => ({ id: 'session', userId: 1 }),
    wasSignedOut: async () => false,
  });
  const tabs: DraftAutosave[] = [];
  const composer = (options: Pick<AutosaveHooks, 'follows'> = {}) => {
    const page = { content: EMPTY, idle: true };
    const autosave: DraftAutosave = new DraftAutosave(repository, {
      content: () => page.content,
      show: (draft) => {
        page.content = draft ?? EMPTY;
      },
      idle: () => page.idle,
      draw: () => {},
      kept: () => {},
      tell: (message) => {
        for (const other of tabs) if (other !== autosave) other.messageReceived(message);
      },
      ...options,
    });
    tabs.push(autosave);
    const write = (content: string, files: DraftContent['files'] = []) => {
      page.content = { text: { ...EMPTY.text, content }, files };
      autosave.changed();
    };
    const words = () => page.content.text.content;
    return { page, autosave, write, words };
  };
  /** The texts that are stored for a user and platform, oldest first. */
  const words = (userId: number, platformId: number) =>
    [...store.kept]
      .filter(([key]) => key.startsWith(`${userId}/${platformId}/`))
      .map(([, draft]) => draft)
      .sort((one, other) => (one.savedAt < other.savedAt ? -1 : 1))
      .map(({ text }) => text.content);
  return { store, time, composer, words };
}

/** Resolves when pending operations are done: the store of the tests answers at once. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
