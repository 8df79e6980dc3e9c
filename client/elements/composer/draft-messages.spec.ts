import { EMPTY, shared } from './testing/shared-drafts';

const ADA = 1;

describe('the keeper of a draft, with those of other tabs,', () => {
  let browser: ReturnType<typeof shared>;

  beforeEach(() => {
    browser = shared();
  });

  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'window');
  });

  describe('tells the other tabs that it is gone', () => {
    const drop = async ({ keeper: autosave, page }: ReturnType<ReturnType<typeof shared>['composer']>) => {
      const gone = autosave.drop();
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
      one.keeper.notifyTabs('sending');
      await drop(one);
      expect(elsewhere.page.content.text.content).toBe('the same');
      expect(busy.page.content.text.content).toBe('the same');
      expect([elsewhere.keeper.wasSent, busy.keeper.wasSent]).toEqual([false, true]);
    });

    it('and what was written there itself goes as soon as the busy moment has ended, unless it is other words then', async () => {
      const [one, busy, other] = [browser.composer(), browser.composer(), browser.composer()];
      await one.keeper.open(ADA, 10);
      await busy.keeper.open(ADA, 10);
      await other.keeper.open(ADA, 10);
      for (const each of [busy, other, one]) {
        each.page.idle = each === one;
        each.write('the same');
      }
      await drop(one);
      other.write('the same, and more');
      for (const each of [busy, other]) {
        each.page.idle = true;
        await each.keeper.read();
      }
      expect([busy.page.content.text.content, other.page.content.text.content]).toEqual(['', 'the same, and more']);
      expect(browser.words(ADA, 10)).toBe('the same, and more');
    });
  });

  it('takes nothing from another tab that stays, when one moves to another platform', async () => {
    const [one, two] = [browser.composer(), browser.composer()];
    await one.keeper.open(ADA, 10);
    one.write('the same');
    await two.keeper.open(ADA, 10);
    two.keeper.changed();
    await one.keeper.read();
    one.keeper.move(11);
    await two.keeper.read();
    expect(two.page.shown).toEqual(['the same']);
    expect([browser.words(ADA, 10), browser.words(ADA, 11)]).toEqual(['the same', 'the same']);
  });

  it('knows that the very same is being sent, here or in another tab, until that comes to nothing', async () => {
    const [one, two] = [browser.composer(), browser.composer()];
    await one.keeper.open(ADA, 10);
    one.write('sent');
    await two.keeper.open(ADA, 10);
    one.keeper.notifyTabs('sending');
    expect([one.keeper.wasSent, two.keeper.wasSent]).toEqual([true, true]);
    two.write('sent, and more');
    expect(two.keeper.wasSent).toBe(false);
    two.write('sent');
    expect(two.keeper.wasSent).toBe(true);
    one.keeper.notifyTabs('kept');
    expect([one.keeper.wasSent, two.keeper.wasSent]).toEqual([false, false]);
  });
});
