import { VirtualTime } from '../../core/testing/virtual-time';
import { type Draft, DraftBook, type DraftContent } from './draft-book';
import { DraftKeeper } from './draft-keeper';

const ADA = 1;
const BOB = 2;
const EMPTY: DraftContent = {
  text: { title: '', content: '', spoiler_text: '', visibility: 'public', language: 'en' },
  files: [],
};
const PICTURE = { file: new File(['x'], 'a.png'), altText: '', mediaId: null, uploadedAt: 0 };

/** Two composers of one browser share the book; the clock moves with each save. */
function shared() {
  const kept = new Map<string, Draft>();
  const time = new VirtualTime();
  let writes = 0;
  const store = {
    get: async (user: number, platform: number) => kept.get(`${user}/${platform}`),
    set: async (user: number, platform: number, draft: Draft) => {
      writes += 1;
      kept.set(`${user}/${platform}`, draft);
    },
    remove: async (user: number, platform: number) => void kept.delete(`${user}/${platform}`),
    removeAllOf: async () => {},
  };
  const book = new DraftBook(store, () => {
    time.now += 1;
    return time.now;
  });
  const composer = () => {
    const page = { content: EMPTY, idle: true, shown: [] as (string | null)[] };
    const keeper = new DraftKeeper(book, {
      content: () => page.content,
      show: (draft) => page.shown.push(draft?.text.content ?? null),
      idle: () => page.idle,
    });
    const write = (content: string, files: DraftContent['files'] = []) => {
      page.content = { text: { ...EMPTY.text, content }, files };
      keeper.changed();
    };
    return { page, keeper, write };
  };
  const words = (user: number, platform: number) => kept.get(`${user}/${platform}`)?.text.content;
  return { kept, time, composer, words, writes: () => writes };
}

describe('the keeper of a draft', () => {
  let browser: ReturnType<typeof shared>;

  beforeEach(() => {
    browser = shared();
    const { time } = browser;
    const setTimeout = (task: () => void, ms: number) => time.after(ms, task);
    const clearTimeout = (timer: number) => time.cancel(timer);
    Object.assign(globalThis, { window: { setTimeout, clearTimeout } });
  });

  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'window');
  });

  it('saves words with each letter, and files a moment after the last change', () => {
    const { keeper, write } = browser.composer();
    void keeper.open(ADA, 10);
    write('a');
    write('ab');
    expect(browser.words(ADA, 10)).toBe('ab');
    expect(browser.writes()).toBe(2);
    write('abc', [PICTURE]);
    write('abcd', [PICTURE]);
    expect(browser.words(ADA, 10)).toBe('ab');
    while (browser.time.step(browser.time.now + 1_000));
    expect(browser.words(ADA, 10)).toBe('abcd');
    expect(browser.writes()).toBe(3);
  });

  it('has begun to write what waits when it is closed, and writes nothing later', () => {
    const { keeper, write } = browser.composer();
    void keeper.open(ADA, 10);
    write('abc', [PICTURE]);
    keeper.close();
    expect(browser.words(ADA, 10)).toBe('abc');
    write('of nobody');
    while (browser.time.step(browser.time.now + 1_000));
    expect(browser.words(ADA, 10)).toBe('abc');
  });

  it('saves what waits for the platform where it was written, before it turns to another', () => {
    const { keeper, write } = browser.composer();
    void keeper.open(ADA, 10);
    write('for ten', [PICTURE]);
    void keeper.open(ADA, 11);
    expect(browser.words(ADA, 10)).toBe('for ten');
    expect(browser.words(ADA, 11)).toBeUndefined();
  });

  it('shows what was kept for this person and platform, and nothing of another', async () => {
    const first = browser.composer();
    await first.keeper.open(ADA, 10);
    first.write('mine');
    for (const [user, platform, shown] of [
      [ADA, 10, ['mine']],
      [BOB, 10, []],
      [ADA, 11, []],
    ] as const) {
      const { keeper, page } = browser.composer();
      await keeper.open(user, platform);
      expect(page.shown).toEqual(shown);
    }
  });

  it('follows what another tab has made of it, but not over words that are not saved, nor in a busy moment', async () => {
    const [one, two] = [browser.composer(), browser.composer()];
    await one.keeper.open(ADA, 10);
    await two.keeper.open(ADA, 10);
    one.write('first');
    await two.keeper.read();
    await two.keeper.read();
    expect(two.page.shown).toEqual(['first']);
    one.write('second');
    two.page.idle = false;
    await two.keeper.read();
    expect(two.page.shown).toEqual(['first']);
    two.page.idle = true;
    two.write('with a file', [PICTURE]);
    await two.keeper.read();
    expect(two.page.shown).toEqual(['first']);
    two.keeper.flush();
    await one.keeper.read();
    expect(one.page.shown).toEqual(['with a file']);
  });

  it('does not show what it read for another platform, when that comes late', async () => {
    const first = browser.composer();
    await first.keeper.open(ADA, 10);
    first.write('for ten');
    const { keeper, page } = browser.composer();
    const late = keeper.open(ADA, 10);
    await keeper.open(ADA, 11);
    await late;
    expect(page.shown).toEqual([]);
  });

  it('gives what was written before it was known whose it is to who comes', () => {
    const { keeper, write } = browser.composer();
    write('early');
    expect(browser.kept.size).toBe(0);
    void keeper.open(ADA, 10);
    expect(browser.words(ADA, 10)).toBe('early');
  });

  it('moves it to another platform, and leaves none behind', async () => {
    const { keeper, write } = browser.composer();
    await keeper.open(ADA, 10);
    write('moves');
    keeper.move(11);
    expect([...browser.kept.keys()]).toEqual(['1/11']);
    expect((await keeper.at(11))?.text.content).toBe('moves');
    expect(await keeper.at(10)).toBeNull();
  });

  it('drops it when it was posted, with what waits to be saved, and the other tab shows none', async () => {
    const [one, two] = [browser.composer(), browser.composer()];
    await one.keeper.open(ADA, 10);
    one.write('posted');
    await two.keeper.open(ADA, 10);
    one.write('posted, with a file', [PICTURE]);
    one.keeper.drop();
    while (browser.time.step(browser.time.now + 1_000));
    expect(browser.kept.size).toBe(0);
    await two.keeper.read();
    expect(two.page.shown).toEqual(['posted', null]);
  });
});
