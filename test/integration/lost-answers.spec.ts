/** An answer that does not come leaves it open whether a post is out: it is found out before it is sent again. */
import { Post } from '../../src/database/entities/post.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { PlatformView, PostView } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { ANY_DATABASE, type App, closeApps, HOUR, MINUTE, startApp, TestClock } from './support/app';
import { becomes, named, picture, published, upload, write } from './support/posting';

const MEDIA = 'POST /api/v2/media';
const STATUSES = 'POST /api/v1/statuses';

/** Pixelfed keeps no status by its key: nothing but looking keeps a post from being there twice. */
describe.each(ANY_DATABASE)('%s', (_, database) => {
  const clock = new TestClock();
  let app: App;
  let photos: FakeInstance;
  let town: FakeInstance;

  beforeAll(async () => {
    const now = () => clock.now();
    photos = await startInstance({ kind: 'pixelfed', name: 'Photos', now });
    town = await startInstance({ now });
    app = await startApp(await database(), allowed(photos, town), clock);
  });
  afterAll(async () => {
    await closeApps();
    await stopInstances();
  });

  async function person(instance = photos) {
    const client = new TestClient(app.url);
    await client.register();
    const { platform, account } = await connectTo(client, instance);
    const looks = `GET /api/v1/accounts/${account.id}/statuses`;
    // The account has been read: whoever asks from now on is looking for a post.
    await eventually(() => expect(instance.count(looks)).toBeGreaterThan(0));
    const there = () => instance.statuses.filter(({ accountId }) => accountId === account.id);
    const writeOne = async (content: string): Promise<PostView> => {
      const { body } = await upload(client, platform, picture(), `of ${content}`);
      return write(client, platform, content, { media_ids: [body.id] });
    };
    return { client, platform, account, there, writeOne, looks };
  }
  const rowOf = ({ id }: PostView) => app.get(UnitOfWork).read((em) => em.findOneByOrFail(Post, { id }));
  /** Waits, and makes the time pass that a worker waits. */
  const inTime = (seen: () => Promise<void>) =>
    eventually(
      async () => {
        clock.advance(MINUTE / 4);
        await seen();
      },
      { timeout: 30_000, interval: 200 },
    );
  const inTimeIs = (post: PostView, status: PostView['status']) =>
    inTime(async () => expect((await rowOf(post)).status).toBe(status));
  const reconnect = async (client: TestClient, platform: PlatformView, access_token: string) => {
    await client.patch(`/api/platforms/${platform.id}`, { access_token });
    expect((await client.post(`/api/platforms/${platform.id}/test`)).status).toBe(200);
  };
  const retry = (client: TestClient, platform: PlatformView, { id }: PostView) =>
    client.post<PostView>(`/api/posts/${id}/retry`, undefined, named(platform.id));

  it('goes on looking where it is not let look at first', async () => {
    const { client, platform, there, writeOne, looks } = await person();
    photos.fail(STATUSES, { cut: 'after' });
    photos.fail(looks, { status: 403, body: { error: 'no' } }, 2);
    const post = await writeOne('once');
    await inTimeIs(post, 'published');
    expect(there()).toHaveLength(1);
    expect((await published(client, platform, post.id)).url).toContain(there()[0]!.id);
  });

  it('looks first when somebody tries again, also after a new token and new words for the image', async () => {
    const { client, platform, account, there, writeOne, looks } = await person();
    photos.fail(STATUSES, { cut: 'after' });
    photos.fail(looks, { status: 401 });
    const post = await writeOne('reconnected');
    await inTimeIs(post, 'failed');
    await reconnect(client, platform, photos.store.issueToken(account));
    const words = { alt_text: 'other words' };
    expect((await client.patch(`/api/media/${post.images[0]!.id}`, words, named(platform.id))).status).toBe(200);
    const sent = photos.count(STATUSES);
    await retry(client, platform, post);
    await published(client, platform, post.id);
    expect([there().length, photos.count(STATUSES) - sent]).toEqual([1, 0]);
  });

  it('brings everything anew where it is not there, and the instance has forgotten the images', async () => {
    const { client, platform, account, there, writeOne, looks } = await person();
    photos.fail(STATUSES, { cut: 'before' });
    photos.fail(looks, { status: 401 });
    const post = await writeOne('forgotten');
    await inTimeIs(post, 'failed');
    photos.store.media.clear();
    await reconnect(client, platform, photos.store.issueToken(account));
    await retry(client, platform, post);
    await published(client, platform, post.id);
    expect(there().map(({ text }) => text)).toEqual(['forgotten']);
  });

  it('finds a post that a long queue has overtaken', async () => {
    const { client, platform, there, writeOne } = await person(town);
    const sent = town.count(STATUSES);
    let release = () => {};
    // The first holds up the others until all of them are waiting.
    town.fail(MEDIA, { until: new Promise<void>((resolve) => (release = resolve)) });
    const first = await writeOne('p0');
    const others = Array.from({ length: 44 }, (__, index) => `p${index + 1}`);
    await Promise.all(others.map((text) => write(client, platform, text)));
    town.fail(STATUSES, { cut: 'after' });
    // So old that all of them have gone by before it is looked at again.
    clock.advance(HOUR);
    release();
    await eventually(() => expect(there()).toHaveLength(45), { timeout: 30_000, interval: 100 });
    expect(await rowOf(first)).toMatchObject({ status: 'publishing', uncertain: true });
    await inTimeIs(first, 'published');
    expect(new Set(there().map(({ text }) => text))).toEqual(new Set(['p0', ...others]));
    // Found by looking, and by no second sending that the key makes harmless for an hour.
    expect([there().length, town.count(STATUSES) - sent]).toEqual([45, 45]);
  });

  it('is not kept from trying again by a key that was used up by a refusal', async () => {
    const { client, platform, there, writeOne } = await person();
    photos.store.options.maxMedia = 0;
    const post = await writeOne('refused once');
    await becomes(client, platform, post.id, { status: 'failed' });
    delete photos.store.options.maxMedia;
    await retry(client, platform, post);
    await published(client, platform, post.id);
    expect(there()).toHaveLength(1);
  });

  it('has a day anew, and as many attempts as it takes, when somebody tries again after a day', async () => {
    const { client, platform, there } = await person(town);
    town.fail(STATUSES, { status: 422, body: { error: 'Not today' } });
    const post = await write(client, platform, 'the day after');
    await becomes(client, platform, post.id, { status: 'failed' });
    clock.advance(25 * HOUR);
    await client.login();
    town.fail(STATUSES, { status: 503 }, 2);
    expect((await retry(client, platform, post)).status).toBe(200);
    await inTimeIs(post, 'published');
    expect(there().map(({ text }) => text)).toEqual(['the day after']);
  });

  it('gives up in the end where the instance says of the post that it is another one', async () => {
    const { client, platform } = await person(town);
    const first = await write(client, platform, 'one');
    await published(client, platform, first.id);
    const { remoteId } = await rowOf(first);
    town.fail(STATUSES, { status: 200, body: { id: remoteId!, created_at: clock.now().toISOString() } }, 1000);
    const second = await write(client, platform, 'two');
    await eventually(async () => expect(await rowOf(second)).toMatchObject({ attempts: 1 }));
    await inTimeIs(second, 'failed');
    expect(await rowOf(second)).toMatchObject({ error: 'The instance took it for another post', attempts: 3 });
    expect(await rowOf(first)).toMatchObject({ status: 'published', remoteId });
  });
});
