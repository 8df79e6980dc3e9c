import { EMPTY, shared } from './testing/shared-drafts';

const ADA = 1;
const BOB = 2;
const PICTURE = { file: new File(['x'], 'a.png'), altText: '', mediaId: null, uploadedAt: 0 };

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

  it('saves words with each letter, and files a moment after the last change', async () => {
    const { keeper, write } = browser.composer();
    await keeper.open(ADA, 10);
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
    const { keeper, write } = browser.composer();
    await keeper.open(ADA, 10);
    write('abc', [PICTURE]);
    keeper.close();
    expect(browser.words(ADA, 10)).toBe('abc');
    write('of nobody');
    while (browser.time.step(browser.time.now + 1_000));
    expect(browser.words(ADA, 10)).toBe('abc');
  });

  it('saves what waits for the platform where it was written, before it turns to another', async () => {
    const { keeper, write } = browser.composer();
    await keeper.open(ADA, 10);
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

  it('gives what was written before it was known whose it is to who comes', async () => {
    const { keeper, write } = browser.composer();
    write('early');
    expect(browser.kept.size).toBe(0);
    await keeper.open(ADA, 10);
    expect(browser.words(ADA, 10)).toBe('early');
  });

  it('saves nothing over a draft that is still being read, and joins the two then', async () => {
    const first = browser.composer();
    await first.keeper.open(ADA, 10);
    first.write('A long thought');
    const { keeper, page, write } = browser.composer();
    const read = keeper.open(ADA, 10);
    write('Hi');
    keeper.flush();
    expect(browser.words(ADA, 10)).toBe('A long thought');
    await read;
    expect(page.shown).toEqual(['A long thought Hi']);
    expect(browser.words(ADA, 10)).toBe('A long thought Hi');
  });

  it('nor where what was written meanwhile is on its way: the draft comes when that has ended', async () => {
    const first = browser.composer();
    await first.keeper.open(ADA, 10);
    first.write('A long thought');
    const { keeper, page, write } = browser.composer();
    page.idle = false;
    const read = keeper.open(ADA, 10);
    write('Hi');
    await read;
    expect(browser.words(ADA, 10)).toBe('A long thought');
    page.idle = true;
    const gone = keeper.drop();
    page.content = EMPTY;
    await gone;
    expect(page.shown).toEqual(['A long thought']);
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

  describe('tells the other tabs that it is gone', () => {
    const drop = async ({ keeper, page }: ReturnType<ReturnType<typeof shared>['composer']>) => {
      const gone = keeper.drop();
      page.content = EMPTY;
      await gone;
    };

    it('and they show it no more, as they show the same or an older state of it', async () => {
      const [one, same, older] = [browser.composer(), browser.composer(), browser.composer()];
      await one.keeper.open(ADA, 10);
      one.write('begun');
      await older.keeper.open(ADA, 10);
      one.write('begun, and done');
      await same.keeper.open(ADA, 10);
      await drop(one);
      await older.keeper.read();
      expect([same.page.shown, older.page.shown]).toEqual([
        ['begun, and done', null],
        ['begun', null],
      ]);
    });

    it('but not one that has made something else of it, which stays the draft, also of who dropped it', async () => {
      const [one, two] = [browser.composer(), browser.composer()];
      await one.keeper.open(ADA, 10);
      one.write('sent');
      await two.keeper.open(ADA, 10);
      two.write('sent, and more');
      await drop(one);
      expect(two.page.content.text.content).toBe('sent, and more');
      expect(browser.words(ADA, 10)).toBe('sent, and more');
      expect(one.page.shown).toEqual(['sent, and more']);
    });

    it('nor one whose other words are kept nowhere by then: they are kept again', async () => {
      const [one, two] = [browser.composer(), browser.composer()];
      await one.keeper.open(ADA, 10);
      one.write('sent');
      await two.keeper.open(ADA, 10);
      two.write('other words');
      one.write('sent, in the end');
      await drop(one);
      await two.keeper.read();
      expect(browser.words(ADA, 10)).toBe('other words');
      expect(two.page.content.text.content).toBe('other words');
    });

    it('nor one of another platform, nor in a busy moment', async () => {
      const [one, elsewhere, busy] = [browser.composer(), browser.composer(), browser.composer()];
      await one.keeper.open(ADA, 10);
      await elsewhere.keeper.open(ADA, 11);
      one.write('the same');
      elsewhere.write('the same');
      await busy.keeper.open(ADA, 10);
      busy.page.idle = false;
      one.keeper.tell('sending');
      await drop(one);
      expect(elsewhere.page.content.text.content).toBe('the same');
      expect(busy.page.content.text.content).toBe('the same');
      expect([elsewhere.keeper.wasSent, busy.keeper.wasSent]).toEqual([false, true]);
    });
  });

  it('knows that another tab is sending the very same, until that comes to nothing', async () => {
    const [one, two] = [browser.composer(), browser.composer()];
    await one.keeper.open(ADA, 10);
    one.write('sent');
    await two.keeper.open(ADA, 10);
    one.keeper.tell('sending');
    expect([one.keeper.wasSent, two.keeper.wasSent]).toEqual([false, true]);
    two.write('sent, and more');
    expect(two.keeper.wasSent).toBe(false);
    two.write('sent');
    expect(two.keeper.wasSent).toBe(true);
    one.keeper.tell('kept');
    expect(two.keeper.wasSent).toBe(false);
  });
});
