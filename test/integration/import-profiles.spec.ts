/** Reading an account at each kind of server: complete, in order, none twice, and as it is there by now. */
import { Image } from '../../src/database/entities/image.entity';
import { StatusImport } from '../../src/database/entities/status-import.entity';
import type { PlatformView, PostsView, StatisticsView } from '../../src/protocol/http';
import { FAKE_KINDS } from '../../tools/fake-instance/fake-profiles';
import type { FakeStatus } from '../../tools/fake-instance/fake-store';
import { eventually } from '../support/eventually';
import { connectTo, newAccount, PLENTY } from '../support/fake-instance';
import { closeTabs, openTab } from '../support/socket-client';
import { MINUTE } from './support/app';
import { importEnds, importOf, named, picture, postsOf, published, upload, write } from './support/posting';
import { contentsOf, importAll, numbered, postThere, setProfiles } from './support/profiles';

type MastodonStatus = { media_attachments: [{ id: string; preview_url: string }] };

const WINDOW = 5 * MINUTE;
const { clock, instanceOf, person, read } = setProfiles();

describe.each(FAKE_KINDS)('%s', (kind) => {
  const instance = () => instanceOf(kind);
  afterEach(() => {
    instance().store.rateLimits.limits = PLENTY;
  });

  it('has 60 statuses that were made elsewhere between two readings: all of them, in order, none twice', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    postThere(instance(), account, ['before']);
    await importAll(client, platform);
    const texts = numbered('elsewhere', 60);
    postThere(instance(), account, texts);
    expect(await importAll(client, platform)).toMatchObject({ left_out: 0, error: null });
    expect(await contentsOf(client, platform)).toEqual([...texts.toReversed(), 'before']);
    expect(await importAll(client, platform)).toMatchObject({ imported: 0 });
    expect(await contentsOf(client, platform)).toHaveLength(61);
  });

  it('goes on by itself after a pause in the middle of a reading, and asks for nothing before', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    await importAll(client, platform);
    const texts = numbered('elsewhere', 60);
    postThere(instance(), account, texts);
    // A window has just begun, and lets one page through.
    clock.advance(WINDOW - (clock.now().getTime() % WINDOW));
    const account_limit = { requests: 1, period: WINDOW };
    instance().store.rateLimits.limits = { account: account_limit, media: account_limit };
    const pages = () => instance().count(`GET /api/v1/accounts/${account.id}/statuses`);
    const before = pages();
    const importing = `/api/platforms/${platform.id}/import`;
    const paused = { running: true, error: 'The instance limits the rate of requests' };
    const { next_attempt_at } = (await client.post(importing)).body;
    expect(await importOf(client, platform)).toMatchObject(paused);
    const reset = clock.now().getTime() - (clock.now().getTime() % WINDOW) + WINDOW;
    expect(Math.abs(Date.parse(String(next_attempt_at)) - reset)).toBeLessThan(MINUTE / 4);
    // What was read is here meanwhile.
    const first = instance().store.profile.ignoresPaging ? 60 : 40;
    expect(await contentsOf(client, platform)).toEqual(texts.toReversed().slice(0, first));
    clock.advance(WINDOW / 2);
    expect((await client.post(importing)).body).toMatchObject(paused);
    expect(pages() - before).toBe(2);

    instance().store.rateLimits.limits = PLENTY;
    clock.advance(WINDOW);
    expect(await importEnds(client, platform)).toMatchObject({ imported: 60, left_out: 0, error: null });
    expect(await contentsOf(client, platform)).toEqual(texts.toReversed());
  });

  it('follows what was edited and deleted there, with the statistics at once', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    const [first, second, third] = postThere(instance(), account, ['first', 'second', 'third']);
    const own: number[] = [];
    for (const content of ['own one', 'own two']) {
      const { id } = (await upload(client, platform, picture(), 'A boat')).body;
      own.push((await write(client, platform, content, { media_ids: [id] })).id);
      await published(client, platform, own.at(-1)!);
    }
    await importAll(client, platform);
    const { statuses } = instance().store;
    const [ownOne, ownTwo] = statuses.filter(({ accountId }) => accountId === account.id).slice(-2);
    const statistics = async () =>
      (await client.get<StatisticsView>('/api/platform_statistics', named(platform.id, true))).body;
    expect(await statistics()).toEqual({ total_posts: 5, total_images: 5, pending_images: 0 });

    Object.assign(first!, { text: 'first, edited', spoilerText: 'cw', editedAt: clock.now() });
    first!.media[0]!.description = null;
    Object.assign(ownTwo!, { text: 'own two, edited', editedAt: clock.now() });
    ownTwo!.media[0]!.description = 'A boat at dawn';
    for (const gone of [second!, ownOne!]) statuses.splice(statuses.indexOf(gone), 1);
    await importAll(client, platform);
    expect(await postsOf(client, platform)).toMatchObject([
      { id: own[1], content: 'own two, edited', images: [{ alt_text: 'A boat at dawn' }] },
      { content: third!.text, images: [{ alt_text: 'of it' }] },
      { content: 'first, edited', spoiler_text: 'cw', images: [{ alt_text: null, status: 'pending' }] },
    ]);
    expect(await statistics()).toEqual({ total_posts: 3, total_images: 3, pending_images: 1 });
  });

  it('keeps the text of a post that was boosted there', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    postThere(instance(), account, ['first']);
    const { id } = (await upload(client, platform, picture(), 'A boat')).body;
    const own = await write(client, platform, 'own', { media_ids: [id] });
    const { url } = await published(client, platform, own.id);
    await importAll(client, platform);
    postThere(instance(), account, ['second']);
    for (const status of instance().store.statuses.filter(({ accountId }) => accountId === account.id)) {
      status.isBoosted = true;
    }
    await importAll(client, platform);
    expect(await contentsOf(client, platform)).toEqual(['second', 'own', 'first']);
    expect((await postsOf(client, platform))[1]!.url).toBe(url);
  });

  it('brings what is older than forty posts a page at a time, down to the first', async () => {
    const client = await person();
    const { account, token } = newAccount(instance());
    const texts = numbered('long ago', 90);
    postThere(instance(), account, texts);
    const form = { instance_url: instance().url, access_token: token };
    const { body: platform } = await client.post<PlatformView>('/api/platforms', form);
    await importAll(client, platform);
    expect(await contentsOf(client, platform)).toEqual(texts.toReversed().slice(0, 40));
    for (const [imported, count] of [
      [40, 80],
      [10, 90],
    ] as const) {
      expect(await importAll(client, platform, { older: true })).toMatchObject({ imported, has_older: true });
      expect(await contentsOf(client, platform)).toEqual(texts.toReversed().slice(0, count));
    }
    expect(await importAll(client, platform, { older: true })).toMatchObject({ imported: 0, has_older: false });
    expect(await contentsOf(client, platform)).toEqual(texts.toReversed());
  });
});

describe('a reading', () => {
  const instance = () => instanceOf('mastodon');
  afterEach(closeTabs);

  it('tells the tabs once for each page, however many posts it has', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    await importAll(client, platform);
    const tab = await openTab(client);
    postThere(instance(), account, numbered('elsewhere', 100));
    const pages = () => instance().count(`GET /api/v1/accounts/${account.id}/statuses`);
    const before = pages();
    await importAll(client, platform);
    await tab.waitFor('posts:imported', ({ running, imported }) => !running && imported === 100);
    // Two pages in full, one in part, and the one that has nothing more.
    expect(pages() - before).toBe(4);
    expect([tab.of('posts:imported').length, tab.of('post:updated').length]).toEqual([4, 0]);
  });

  it('goes on below a page of which nothing can be read, and counts what it leaves out', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    await importAll(client, platform);
    const all = postThere(instance(), account, numbered('elsewhere', 50));
    const unreadable = all.toReversed().map(({ id }) => ({ id, created_at: 'never' }));
    const route = `GET /api/v1/accounts/${account.id}/statuses`;
    instance().fail(route, { status: 200, body: unreadable.slice(0, 40) });
    expect(await importAll(client, platform)).toMatchObject({ imported: 10, left_out: 40, running: false });
    expect(await contentsOf(client, platform)).toEqual(numbered('elsewhere', 10).toReversed());
  });

  it('follows pictures to another address, which is no edit', async () => {
    const client = await person();
    const { platform, account, token } = await connectTo(client, instance());
    const [{ id }] = postThere(instance(), account, ['one']) as [FakeStatus];
    await importAll(client, platform);
    const path = `/api/v1/accounts/${account.id}/statuses`;
    const headers = { authorization: `Bearer ${token}` };
    const [status] = (await (await fetch(`${instance().url}${path}`, { headers })).json()) as MastodonStatus[];
    const [media] = status!.media_attachments;
    const moved = { ...media, preview_url: 'https://files.example/moved?signature=1' };
    instance().fail(`GET ${path}`, { status: 200, body: [{ ...status, media_attachments: [moved] }] });
    await importAll(client, platform);
    expect(instance().count(`GET /api/v1/statuses/${id}`)).toBe(0);
    const where = { platformConnectionId: platform.id };
    expect(await read((em) => em.findBy(Image, where))).toMatchObject([{ remoteId: media.id, url: moved.preview_url }]);
  });

  it('goes on below where an earlier one has failed, through all that is here already', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    await importAll(client, platform);
    const { statuses } = instance().store;
    for (const status of numbered('elsewhere', 21 * 40)) instance().store.post(account, { status }, null);
    const oldest = statuses.splice(statuses.length - 21 * 40, 40);
    expect(await importAll(client, platform)).toMatchObject({ imported: 20 * 40 });
    statuses.splice(statuses.length - 20 * 40, 0, ...oldest);
    // Twenty pages without news end an import.
    expect(await importAll(client, platform)).toMatchObject({ imported: 0, running: false });

    instance().fail(`GET /api/v1/accounts/${account.id}/statuses`, { status: 403, body: { error: 'Not now' } });
    expect((await client.post(`/api/platforms/${platform.id}/import`)).body.error_code).toBe('PLATFORM_UNREACHABLE');
    expect(await importAll(client, platform)).toMatchObject({ imported: 40, running: false });
    expect(await importAll(client, platform)).toMatchObject({ imported: 0, running: false });
  });

  it('stores two thousand statuses at the most, and goes on below them the next time', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    await importAll(client, platform);
    for (const status of numbered('elsewhere', 2050)) instance().store.post(account, { status }, null);
    expect(await importAll(client, platform)).toMatchObject({ imported: 2000, running: false });
    expect(await importAll(client, platform)).toMatchObject({ imported: 50, running: false });
    expect(await importAll(client, platform)).toMatchObject({ imported: 0, running: false });
  });

  it('keeps its claim while a page takes long', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    await importAll(client, platform);
    let release = () => {};
    const route = `GET /api/v1/accounts/${account.id}/statuses`;
    const before = instance().count(route);
    instance().fail(route, { until: new Promise<void>((resolve) => (release = resolve)) });
    const importing = importAll(client, platform);
    await eventually(() => expect(instance().count(route)).toBe(before + 1));
    clock.advance(25_000);
    const where = { platformConnectionId: platform.id };
    const isRenewed = async () => {
      const { nextAttemptAt } = await read((em) => em.findOneByOrFail(StatusImport, where));
      expect(nextAttemptAt!.getTime()).toBeGreaterThan(clock.now().getTime() + 20_000);
    };
    await eventually(isRenewed, { timeout: 20_000 });
    release();
    expect(await importing).toMatchObject({ running: false, error: null });
    expect(instance().count(route)).toBe(before + 1);
  });

  it('ends with its connection: nothing of it is kept, nothing more is asked, and its caller is told', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    await importAll(client, platform);
    postThere(instance(), account, numbered('elsewhere', 100));
    const route = `GET /api/v1/accounts/${account.id}/statuses`;
    let release = () => {};
    instance().fail(route, { until: new Promise<void>((resolve) => (release = resolve)) });
    const before = instance().count(route);
    const importing = client.post(`/api/platforms/${platform.id}/import`);
    await eventually(() => expect(instance().count(route)).toBe(before + 1));
    expect((await client.delete(`/api/platforms/${platform.id}`)).status).toBe(204);
    expect((await importing).body.error_code).toBe('PLATFORM_NOT_FOUND');
    release();
    // Another account is read meanwhile: whatever was to come of the first one has come.
    const { platform: other } = await connectTo(client, instance());
    await importAll(client, other);
    expect(instance().count(route)).toBe(before + 1);
    expect((await client.get<PostsView>('/api/posts')).body.posts).toEqual([]);
  });
});
