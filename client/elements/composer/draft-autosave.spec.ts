import { EMPTY, settled, shared } from './testing/shared-drafts';

const ADA = { userId: 1, platformId: 10 };
const ELSEWHERE = { userId: 1, platformId: 11 };
const BOB = { userId: 2, platformId: 10 };
const PICTURE = { file: new File(['x'], 'a.png'), altText: '', mediaId: null, uploadedAt: 0 };

describe('the autosave of a composer', () => {
  let browser: ReturnType<typeof shared>;

  beforeEach(() => {
    browser = shared();
  });

  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'window');
  });

  async function open(place = ADA) {
    const tab = browser.composer();
    await tab.autosave.open(place);
    return tab;
  }

  it('saves text with each letter, and files shortly after the last change', async () => {
    const { write } = await open();
    write('a');
    write('ab');
    expect(browser.words(1, 10)).toEqual(['ab']);
    write('abc', [PICTURE]);
    write('abcd', [PICTURE]);
    expect(browser.words(1, 10)).toEqual(['ab']);
    while (browser.time.step(browser.time.now + 1_000));
    expect(browser.words(1, 10)).toEqual(['abcd']);
  });

  it('starts to write pending changes when it is closed, and writes nothing later', async () => {
    const { autosave, write } = await open();
    write('abc', [PICTURE]);
    autosave.close();
    expect(browser.words(1, 10)).toEqual(['abc']);
    write('of nobody');
    while (browser.time.step(browser.time.now + 1_000));
    expect(browser.words(1, 10)).toEqual(['abc']);
  });

  it('shows the newest draft of this user and platform, lists the others, and shows none of another user', async () => {
    const first = await open();
    first.write('older');
    first.autosave.switchTo(null);
    first.write('newer');
    const next = await open();
    expect([next.words(), next.autosave.others.map(({ text }) => text.content)]).toEqual(['newer', ['older']]);
    for (const place of [ELSEWHERE, BOB]) expect((await open(place)).words()).toBe('');
  });

  it('keeps text that was written before the user was known, next to the existing draft', async () => {
    const first = await open();
    first.write('kept');
    const late = browser.composer();
    late.write('typed early');
    await late.autosave.open(ADA);
    expect([late.words(), browser.words(1, 10)]).toEqual(['typed early', ['kept', 'typed early']]);
  });

  it('loses nothing when two tabs write: each continues with its own draft', async () => {
    const [one, other] = [await open(), await open()];
    one.write('of one');
    await settled();
    other.write('of the other');
    await settled();
    one.write('of one, and more');
    await settled();
    expect([one.words(), other.words()]).toEqual(['of one, and more', 'of the other']);
    expect(browser.words(1, 10)).toEqual(['of the other', 'of one, and more']);
  });

  it('continues a draft of another tab, which keeps its own text, and the key of the post', async () => {
    const first = await open();
    first.write('begun');
    const { key } = first.autosave;
    const [second, third] = [await open(), await open()];
    second.write('begun, and gone on with');
    await settled();
    expect(second.autosave.key).toBe(key);
    // The first tab has written its draft, and still shows it.
    expect(first.words()).toBe('begun');
    expect(browser.words(1, 10).sort()).toEqual(['begun', 'begun, and gone on with']);
    // A tab that only shows the draft shows the newest version.
    second.write('the end');
    await settled();
    expect(third.words()).toBe('the end');
  });

  it('keeps its text if another tab continues the draft and the store is slow to remove it', async () => {
    const remove = browser.store.remove;
    browser.store.remove = async (...draft) => {
      await settled();
      return remove(...draft);
    };
    const first = await open();
    first.write('begun');
    const second = await open();
    second.write('begun, and gone on with');
    for (let turn = 0; turn < 5; turn++) await settled();
    expect(browser.words(1, 10).sort()).toEqual(['begun', 'begun, and gone on with']);
  });

  it('shows in an empty form what another tab writes, if it follows', async () => {
    const [empty, written, other] = [
      browser.composer({ follows: true }),
      browser.composer({ follows: true }),
      await open(),
    ];
    for (const { autosave } of [empty, written]) await autosave.open(ADA);
    written.write('of this tab');
    await settled();
    expect([empty.words(), other.words()]).toEqual(['of this tab', '']);
    empty.autosave.switchTo(null);
    await settled();
    other.write('of the other');
    await settled();
    expect([empty.words(), written.words()]).toEqual(['of the other', 'of this tab']);
    other.write('');
    await settled();
    expect([empty.words(), browser.words(1, 10)]).toEqual(['', ['of this tab']]);
  });

  it('is cleared in every tab that shows it when it is finished in one, and stays where it was changed', async () => {
    const writer = await open();
    writer.write('once');
    const [reader, busy, changed] = [await open(), await open(), await open()];
    busy.page.idle = false;
    changed.write('once more');
    await settled();
    writer.autosave.finish();
    writer.page.content = EMPTY;
    await settled();
    expect([reader.words(), busy.words(), changed.words()]).toEqual(['once more', 'once', 'once more']);
    expect(browser.words(1, 10)).toEqual(['once more']);
  });

  it('restores a finished draft, with its key', async () => {
    const tab = await open();
    tab.write('back');
    const { key } = tab.autosave;
    const draft = tab.autosave.finish();
    tab.page.content = EMPTY;
    await settled();
    expect([browser.words(1, 10), tab.autosave.key === key]).toEqual([[], false]);
    draft!();
    await settled();
    expect([tab.words(), browser.words(1, 10), tab.autosave.key]).toEqual(['back', ['back'], key]);
  });

  it('moves to another platform as a separate post', async () => {
    const tab = await open();
    tab.write('goes');
    const { key } = tab.autosave;
    tab.autosave.move(11);
    await settled();
    expect([browser.words(1, 10), browser.words(1, 11)]).toEqual([[], ['goes']]);
    expect(tab.autosave.key).not.toBe(key);
  });

  it('removes a draft that was emptied', async () => {
    const tab = await open();
    tab.write('a');
    tab.write('');
    await settled();
    expect(browser.words(1, 10)).toEqual([]);
  });
});
