import { type DraftContent, type DraftPlace, DraftRepository, hasContent, type Sessions } from './draft-repository';
import { EMPTY, memoryStore, settled } from './testing/shared-drafts';

const saying = (content: string): DraftContent => ({ ...EMPTY, text: { ...EMPTY.text, content } });
const draft = (id: string, content = id, files: DraftContent['files'] = []) => {
  return { id, key: `key of ${id}`, ...saying(content), files };
};
const PICTURE = { file: new File(['x'], 'a.png'), altText: '', mediaId: 7, uploadedAt: 0 };
const NOON = Date.UTC(2025, 0, 1, 12);
const HERE = { userId: 1, platformId: 10 };
const THERE = { userId: 1, platformId: 11 };
const BOB = { userId: 2, platformId: 10 };
const nothing = () => {};

const sessionOf = (id: string, signedOut: string[] = []): Sessions => ({
  current: () => ({ id, userId: 1 }),
  wasSignedOut: async (other) => signedOut.includes(other),
});

describe('the drafts of a browser', () => {
  let now = NOON;
  let store: ReturnType<typeof memoryStore>;
  let session: Sessions;
  let drafts: DraftRepository;
  const idsAt = async (place: DraftPlace, of = drafts) => (await of.list(place)).map(({ id }) => id);

  beforeEach(() => {
    store = memoryStore();
    session = sessionOf('s1');
    drafts = new DraftRepository(store, () => (now += 1), { ...session, current: () => session.current() });
  });

  it('are any number for each user and platform, the newest first, and one is written when the call returns', async () => {
    drafts.save(HERE, draft('a'), nothing);
    drafts.save(HERE, draft('b'), nothing);
    drafts.save(THERE, draft('c'), nothing);
    drafts.save(BOB, draft('d'), nothing);
    expect(store.kept.size).toBe(4);
    expect([[...(await drafts.platforms(1))], [...(await drafts.platforms(3))]]).toEqual([[10, 11], []]);
    expect([await idsAt(HERE), await idsAt(THERE), await idsAt(BOB)]).toEqual([['b', 'a'], ['c'], ['d']]);
  });

  it('are removed in the given version, and not in a newer one', async () => {
    const savedAt = drafts.save(HERE, draft('a'), nothing)!;
    drafts.save(HERE, draft('a', 'newer'), nothing);
    await drafts.remove(HERE, 'a', savedAt);
    expect(await idsAt(HERE)).toEqual(['a']);
  });

  it('of a form have a name, and are removed together', async () => {
    const form = { userId: 1, platformId: 'post 10' };
    for (const id of ['a', 'b']) drafts.save(form, draft(id), nothing);
    drafts.save(HERE, draft('c'), nothing);
    expect([await idsAt(form), await idsAt(HERE)]).toEqual([['b', 'a'], ['c']]);
    await drafts.clear(form);
    expect([await idsAt(form), await idsAt(HERE)]).toEqual([[], ['c']]);
  });

  it('of a user who signs out are removed, and not written back until they sign in again', async () => {
    drafts.save(HERE, draft('a'), nothing);
    drafts.save(BOB, draft('b'), nothing);
    session.current = () => null;
    drafts.forget(1);
    expect(drafts.save(HERE, draft('late'), nothing)).toBeNull();
    expect([await idsAt(HERE), await idsAt(BOB)]).toEqual([[], ['b']]);
    session.current = () => ({ id: 's2', userId: 2 });
    expect(drafts.save(HERE, draft('of another'), nothing)).toBeNull();
    session.current = () => ({ id: 's3', userId: 1 });
    expect(drafts.save(HERE, draft('again'), nothing)).not.toBeNull();
    expect(await idsAt(HERE)).toEqual(['again']);
    // The end of that session, other than by signing out.
    session.current = () => null;
    expect(drafts.save(HERE, draft('last'), nothing)).not.toBeNull();
  });

  it('of an expired session are kept, those of a signed-out one are removed', async () => {
    drafts.save(HERE, draft('kept'), nothing);
    new DraftRepository(store, () => NOON, sessionOf('s2')).save(HERE, draft('left'), nothing);
    const next = new DraftRepository(store, () => NOON, sessionOf('s3', ['s2']));
    expect(await idsAt(HERE, next)).toEqual(['kept']);
    await settled();
    expect(store.kept.size).toBe(1);
    // If it cannot be found out how a session ended, its drafts are available to their author.
    const wasSignedOut = () => Promise.reject(new Error('no network'));
    const offline = new DraftRepository(store, () => NOON, { ...sessionOf('s4'), wasSignedOut });
    expect(await idsAt(HERE, offline)).toEqual(['kept']);
  });

  it('of an earlier session cause one request, however often they are read, unless it failed', async () => {
    for (const id of ['a', 'b']) drafts.save(HERE, draft(id), nothing);
    const asked: string[] = [];
    const answers = [Promise.reject(new Error('no network')), Promise.resolve(false)];
    const wasSignedOut = (id: string) => {
      asked.push(id);
      return answers[asked.length - 1] ?? Promise.resolve(true);
    };
    const later = new DraftRepository(store, () => NOON, { ...sessionOf('s2'), wasSignedOut });
    for (let times = 0; times < 3; times += 1) expect(await idsAt(HERE, later)).toEqual(['b', 'a']);
    expect(asked).toEqual(['s1', 's1']);
  });

  it('keep the text if a browser refuses files, and report it', async () => {
    const { put } = store;
    store.put = async (place, kept) => {
      if (kept.files.length > 0) throw new Error('DataCloneError');
      return put(place, kept);
    };
    const told: string[] = [];
    drafts.save(HERE, draft('a', 'words', [PICTURE]), (kept) => told.push(kept));
    drafts.save(HERE, draft('b', 'more'), (kept) => told.push(kept));
    await settled();
    expect([told.sort(), (await drafts.list(HERE)).map(({ text }) => text.content)]).toEqual([
      ['all', 'words'],
      ['more', 'words'],
    ]);
  });

  it('come with the last choices for the account, until the user signs out', async () => {
    drafts.saveChoices(HERE, { visibility: 'private', language: 'de' });
    expect(await drafts.choices(HERE)).toEqual({ visibility: 'private', language: 'de' });
    expect([await drafts.choices(THERE), await drafts.choices(BOB), await idsAt(HERE)]).toEqual([null, null, []]);
    session.current = () => null;
    drafts.forget(1);
    expect(await drafts.choices(HERE)).toBeNull();
  });

  it('are none if the browser refuses storage, without an error', async () => {
    const refuse = () => Promise.reject(new Error('no'));
    const [choices, putChoices, platforms] = [refuse, refuse, refuse];
    const store = { list: refuse, put: refuse, remove: refuse, removeAllOf: refuse, choices, putChoices, platforms };
    const none = new DraftRepository(store, () => NOON, sessionOf('s1'));
    const told: string[] = [];
    none.save(HERE, draft('a'), (kept) => told.push(kept));
    none.saveChoices(HERE, { visibility: 'private', language: 'de' });
    expect(await none.choices(HERE)).toBeNull();
    expect(told).toEqual(['nothing']);
    await none.remove(HERE, 'a', '');
    none.forget(2);
    expect(await none.list(HERE)).toEqual([]);
  });
});

it('counts text, a title, a warning or a file as content, but not choices alone', () => {
  expect(hasContent(EMPTY)).toBe(false);
  expect(hasContent({ ...EMPTY, text: { ...EMPTY.text, visibility: 'direct', language: 'de' } })).toBe(false);
  for (const field of ['title', 'content', 'spoiler_text'] as const) {
    expect(hasContent({ ...EMPTY, text: { ...EMPTY.text, [field]: 'x' } })).toBe(true);
  }
  expect(hasContent({ ...EMPTY, files: [PICTURE] })).toBe(true);
});
