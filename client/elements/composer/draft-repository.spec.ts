import {
  type Draft,
  type DraftContent,
  DraftRepository,
  type DraftStore,
  hasContent,
  mergeDrafts,
  type Sessions,
} from './draft-repository';

const EMPTY: DraftContent = {
  text: { title: '', content: '', spoiler_text: '', visibility: 'public', language: 'en' },
  files: [],
};
const saying = (content: string): DraftContent => ({ ...EMPTY, text: { ...EMPTY.text, content } });
const PICTURE = { file: new File(['x'], 'a.png'), altText: '', mediaId: 7, uploadedAt: 0 };
const NOON = Date.UTC(2025, 0, 1, 12);

class MapStore implements DraftStore {
  readonly drafts = new Map<string, Draft>();

  async get(user: number, platform: number) {
    return this.drafts.get(`${user}/${platform}`);
  }

  async set(user: number, platform: number, draft: Draft) {
    this.drafts.set(`${user}/${platform}`, draft);
  }

  async remove(user: number, platform: number, savedAt: string) {
    const key = `${user}/${platform}`;
    if (this.drafts.get(key)?.savedAt === savedAt) this.drafts.delete(key);
  }

  async removeAllOf(user: number) {
    for (const key of this.drafts.keys()) if (key.startsWith(`${user}/`)) this.drafts.delete(key);
  }
}

const sessionOf = (id: string, signedOut: string[] = []): Sessions => ({
  current: () => id,
  wasSignedOut: async (other) => signedOut.includes(other),
});

describe('the book of drafts', () => {
  const store = new MapStore();
  const book = new DraftRepository(store, () => NOON, sessionOf('s1'));

  beforeEach(() => store.drafts.clear());

  it('keeps a draft for each user and platform, with its time', async () => {
    expect(book.save(1, 10, saying('one'), null)).toBe('2025-01-01T12:00:00.000Z');
    book.save(1, 11, saying('two'), null);
    book.save(2, 10, { ...EMPTY, files: [PICTURE] }, null);
    const told = { savedAt: '2025-01-01T12:00:00.000Z', sessionId: 's1' };
    expect(await book.load(1, 10)).toEqual({ ...saying('one'), ...told });
    expect((await book.load(1, 11))?.text.content).toBe('two');
    expect((await book.load(2, 10))?.files).toEqual([PICTURE]);
    expect(await book.load(2, 11)).toBeNull();
  });

  it('has begun to write when it returns', () => {
    book.save(1, 10, saying('one'), null);
    expect(store.drafts.size).toBe(1);
  });

  it('removes what is emptied, and nothing else that came in its place', async () => {
    const savedAt = book.save(1, 10, saying('one'), null);
    expect(book.save(1, 10, saying(' \n'), savedAt)).toBeNull();
    expect(await book.load(1, 10)).toBeNull();
    book.save(1, 10, saying('newer'), null);
    for (const known of [null, '2024-12-31T12:00:00.000Z']) book.save(1, 10, saying(''), known);
    expect((await book.load(1, 10))?.text.content).toBe('newer');
  });

  it('forgets all of who signs out, writes nothing of theirs back, and leaves others alone', async () => {
    const shared = new DraftRepository(store, () => NOON, sessionOf('s1'));
    shared.save(1, 10, saying('one'), null);
    shared.save(1, 11, saying('two'), null);
    shared.save(2, 10, saying('three'), null);
    shared.forget(1);
    expect([...store.drafts.keys()]).toEqual(['2/10']);
    expect(shared.save(1, 10, saying('late'), null)).toBeNull();
    expect([...store.drafts.keys()]).toEqual(['2/10']);
    expect(await shared.load(1, 10)).toBeNull();
  });

  it('shows what was written in a session that ran out, and nothing of one that was signed out of', async () => {
    const next = new DraftRepository(store, () => NOON, sessionOf('s3', ['s2']));
    book.save(1, 10, saying('kept'), null);
    new DraftRepository(store, () => NOON, sessionOf('s2')).save(1, 11, saying('left behind'), null);
    expect((await next.load(1, 10))?.text.content).toBe('kept');
    expect(await next.load(1, 11)).toBeNull();
    expect([...store.drafts.keys()]).toEqual(['1/10']);
  });

  it('shows it to who wrote it where nobody can say how the session ended', async () => {
    const wasSignedOut = () => Promise.reject(new Error('no network'));
    const next = new DraftRepository(store, () => NOON, { ...sessionOf('s2'), wasSignedOut });
    book.save(1, 10, saying('kept'), null);
    expect((await next.load(1, 10))?.text.content).toBe('kept');
  });

  it('removes the one that is meant, and not what came in its place', async () => {
    book.save(1, 10, saying('newer'), null);
    await book.remove(1, 10, '2024-12-31T12:00:00.000Z');
    expect(store.drafts.size).toBe(1);
    await book.remove(1, 10, '2025-01-01T12:00:00.000Z');
    expect(store.drafts.size).toBe(0);
  });

  it('does without where the browser keeps nothing', async () => {
    const refuse = () => Promise.reject(new Error('no'));
    const none = new DraftRepository(
      { get: refuse, set: refuse, remove: refuse, removeAllOf: refuse },
      () => NOON,
      sessionOf('s1'),
    );
    none.save(1, 10, saying('one'), null);
    void none.remove(1, 10, '2025-01-01T12:00:00.000Z');
    none.forget(2);
    expect(await none.load(1, 10)).toBeNull();
  });
});

it('takes words, a title, a warning or a file for written, and choices alone for nothing', () => {
  expect(hasContent(EMPTY)).toBe(false);
  expect(hasContent({ ...EMPTY, text: { ...EMPTY.text, visibility: 'direct', language: 'de' } })).toBe(false);
  for (const field of ['title', 'content', 'spoiler_text'] as const) {
    expect(hasContent({ ...EMPTY, text: { ...EMPTY.text, [field]: 'x' } })).toBe(true);
  }
  expect(hasContent({ ...EMPTY, files: [PICTURE] })).toBe(true);
});

it('joins two of them whole, the same words once, and is open to no more people than were chosen', () => {
  const kept = { ...saying('first'), savedAt: '2025-01-01T12:00:00.000Z' };
  kept.text = { ...kept.text, title: 'Title', visibility: 'direct' };
  const later = { text: { ...saying('second').text, title: 'Title', spoiler_text: 'warned' }, files: [PICTURE] };
  const { text, files } = mergeDrafts(kept, later);
  expect(text).toMatchObject({ title: 'Title', content: 'first second', spoiler_text: 'warned', visibility: 'direct' });
  expect(files).toEqual([PICTURE]);
  expect(mergeDrafts(kept, kept).text).toEqual(kept.text);
  const chosen = { ...later, text: { ...later.text, visibility: 'private' as const } };
  expect(mergeDrafts({ ...kept, text: saying('first').text }, chosen).text.visibility).toBe('private');
});
