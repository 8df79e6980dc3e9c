import { EMPTY, shared } from './testing/shared-drafts';

const ADA = 1;
const BOB = 2;
const PICTURE = { file: new File(['x'], 'a.png'), altText: '', mediaId: null, uploadedAt: 0 };

describe('the keeper of a draft', () => {
  let browser: ReturnType<typeof shared>;

  beforeEach(() => {
    browser = shared();
  });

  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'window');
  });

  it('saves words with each letter, and files a moment after the last change', async () => {
    const { keeper: autosave, write } = browser.composer();
    await autosave.open(ADA, 10);
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

  it('has begun to write what waits when it is closed, and writes nothing later', async () => {
    const { keeper: autosave, write } = browser.composer();
    await autosave.open(ADA, 10);
    write('abc', [PICTURE]);
    autosave.close();
    expect(browser.words(ADA, 10)).toBe('abc');
    write('of nobody');
    while (browser.time.step(browser.time.now + 1_000));
    expect(browser.words(ADA, 10)).toBe('abc');
  });

  it('saves what waits for the platform where it was written, before it turns to another', async () => {
    const { keeper: autosave, write } = browser.composer();
    await autosave.open(ADA, 10);
    write('for ten', [PICTURE]);
    void autosave.open(ADA, 11);
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
      const { keeper: autosave, page } = browser.composer();
      await autosave.open(user, platform);
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
    const three = browser.composer();
    await three.keeper.open(ADA, 10);
    expect(three.page.shown).toEqual(['with a file']);
  });

  it('leaves words of its own where they are when another tab has saved others, and saves them again', async () => {
    const [one, two] = [browser.composer(), browser.composer()];
    await one.keeper.open(ADA, 10);
    await two.keeper.open(ADA, 10);
    one.write('one');
    two.write('two');
    await one.keeper.read();
    expect(one.page).toMatchObject({ content: { text: { content: 'one' } }, shown: [] });
    expect(browser.words(ADA, 10)).toBe('one');
    two.write('two, and more');
    one.write('');
    expect(browser.words(ADA, 10)).toBe('two, and more');
    await one.keeper.read();
    expect(one.page.shown).toEqual(['two, and more']);
  });

  it('does not show what it read for another platform, when that comes late', async () => {
    const first = browser.composer();
    await first.keeper.open(ADA, 10);
    first.write('for ten');
    const { keeper: autosave, page } = browser.composer();
    const late = autosave.open(ADA, 10);
    await autosave.open(ADA, 11);
    await late;
    expect(page.shown).toEqual([]);
  });

  it('gives what was written before it was known whose it is to who comes', async () => {
    const { keeper: autosave, write } = browser.composer();
    write('early');
    expect(browser.kept.size).toBe(0);
    await autosave.open(ADA, 10);
    expect(browser.words(ADA, 10)).toBe('early');
  });

  it('saves nothing over a draft that is still being read, and joins the two then', async () => {
    const first = browser.composer();
    await first.keeper.open(ADA, 10);
    first.write('A long thought');
    const { keeper: autosave, page, write } = browser.composer();
    const read = autosave.open(ADA, 10);
    write('Hi');
    autosave.flush();
    expect(browser.words(ADA, 10)).toBe('A long thought');
    await read;
    expect(page.shown).toEqual(['A long thought Hi']);
    expect(browser.words(ADA, 10)).toBe('A long thought Hi');
  });

  it('nor where what was written meanwhile is on its way: the draft comes when that has ended', async () => {
    const first = browser.composer();
    await first.keeper.open(ADA, 10);
    first.write('A long thought');
    const { keeper: autosave, page, write } = browser.composer();
    page.idle = false;
    const read = autosave.open(ADA, 10);
    write('Hi');
    await read;
    expect(browser.words(ADA, 10)).toBe('A long thought');
    page.idle = true;
    const gone = autosave.drop();
    page.content = EMPTY;
    await gone;
    expect(page.shown).toEqual(['A long thought']);
  });

  it('moves it to another platform, and leaves none behind', async () => {
    const { keeper: autosave, write } = browser.composer();
    await autosave.open(ADA, 10);
    write('moves');
    autosave.move(11);
    expect([...browser.kept.keys()]).toEqual(['1/11']);
    expect((await autosave.at(11))?.text.content).toBe('moves');
    expect(await autosave.at(10)).toBeNull();
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
