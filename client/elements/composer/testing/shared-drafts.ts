import { VirtualTime } from '../../../core/testing/virtual-time';
import { DraftAutosave } from '../draft-autosave';
import { type Draft, type DraftContent, DraftRepository } from '../draft-repository';

export const EMPTY: DraftContent = {
  text: { title: '', content: '', spoiler_text: '', visibility: 'public', language: 'en' },
  files: [],
};

/** Two composers of one browser share the book; the clock moves with each save. There is a `window` with it. */
export function shared() {
  const kept = new Map<string, Draft>();
  const time = new VirtualTime();
  const setTimeout = (task: () => void, ms: number) => time.after(ms, task);
  const clearTimeout = (timer: number) => time.cancel(timer);
  Object.assign(globalThis, { window: { setTimeout, clearTimeout } });
  let writes = 0;
  const store = {
    get: async (user: number, platform: number) => kept.get(`${user}/${platform}`),
    set: async (user: number, platform: number, draft: Draft) => {
      writes += 1;
      kept.set(`${user}/${platform}`, draft);
    },
    remove: async (user: number, platform: number, savedAt: string) => {
      const key = `${user}/${platform}`;
      if (kept.get(key)?.savedAt === savedAt) kept.delete(key);
    },
    removeAllOf: async () => {},
  };
  const now = () => {
    time.now += 1;
    return time.now;
  };
  const book = new DraftRepository(store, now, { current: () => 'session', wasSignedOut: async () => false });
  const keepers: DraftAutosave[] = [];
  const composer = () => {
    const page = { content: EMPTY, idle: true, shown: [] as (string | null)[] };
    const autosave: DraftAutosave = new DraftAutosave(book, {
      content: () => page.content,
      show: (draft) => {
        page.content = draft ?? EMPTY;
        page.shown.push(draft?.text.content ?? null);
      },
      idle: () => page.idle,
      tell: (news) => {
        for (const other of keepers) if (other !== autosave) other.messageReceived(news);
      },
    });
    keepers.push(autosave);
    const write = (content: string, files: DraftContent['files'] = []) => {
      page.content = { text: { ...EMPTY.text, content }, files };
      autosave.changed();
    };
    return { page, keeper: autosave, write };
  };
  const words = (user: number, platform: number) => kept.get(`${user}/${platform}`)?.text.content;
  return { kept, time, composer, words, writes: () => writes };
}
