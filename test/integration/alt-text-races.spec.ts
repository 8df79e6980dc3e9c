/** New words for an image whose post comes out at this very moment: they are there in the end, or they were refused. */
import { Image } from '../../src/database/entities/image.entity';
import { Post } from '../../src/database/entities/post.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { MediaView, PostView } from '../../src/protocol/http';
import { SessionLifecycleService } from '../../src/session/session-lifecycle.service';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type App, closeApps, DATABASES, startApp, TestClock } from './support/app';
import { becomes, named, picture, published, upload, write } from './support/posting';

const STATUSES = 'POST /api/v1/statuses';

describe.each(DATABASES)('%s', (_, database) => {
  const clock = new TestClock();
  let app: App;
  let town: FakeInstance;

  beforeAll(async () => {
    town = await startInstance({ now: () => clock.now() });
    app = await startApp(await database(), allowed(town), clock);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await closeApps();
    await stopInstances();
  });

  /** A post with an image that waits for its instance. */
  async function waiting() {
    const client = new TestClient(app.url);
    await client.register();
    const { platform, account } = await connectTo(client, town);
    const bytes = picture();
    const { id } = (await upload(client, platform, bytes, 'old words')).body;
    town.fail(STATUSES, { status: 429, headers: { 'retry-after': '30' } });
    const post = await write(client, platform, 'x', { media_ids: [id] });
    const rows = app.get(UnitOfWork);
    // Its image has been brought there, and the post was told to wait.
    await eventually(async () => {
      const waits = await rows.read((em) => em.findOneByOrFail(Post, { id: post.id }));
      expect(waits).toMatchObject({ status: 'queued', attempts: 1 });
    });
    const status = () => town.statuses.find(({ accountId }) => accountId === account.id)!;
    const row = () => rows.read((em) => em.findOneByOrFail(Image, { id }));
    const describe = () =>
      client.patch<MediaView & { error_code: string }>(
        `/api/media/${id}`,
        { alt_text: 'new words' },
        named(platform.id),
      );
    return { client, platform, post, status, row, describe };
  }

  /** Something happens after the request has looked, and before it writes. */
  function meanwhile(happens: () => Promise<unknown>): void {
    const sessions = app.get(SessionLifecycleService);
    const change = sessions.runAuthorized.bind(sessions);
    jest.spyOn(sessions, 'runAuthorized').mockImplementationOnce(async (...given) => {
      await happens();
      return change(...given);
    });
  }

  it('brings them to the instance where the post has come out with the old ones', async () => {
    const { client, platform, post, status, row, describe } = await waiting();
    meanwhile(async () => {
      clock.advance(31_000);
      await published(client, platform, post.id);
    });
    const described = await describe();
    expect([described.status, described.body.alt_text]).toEqual([200, 'new words']);
    expect(status().media.map(({ description }) => description)).toEqual(['new words']);
    expect(await row()).toMatchObject({ altText: 'new words', remoteId: status().media[0]!.id });
  });

  it('refuses them where a worker has the old ones in hand', async () => {
    const { client, platform, post, status, row, describe } = await waiting();
    let release = () => {};
    town.fail(STATUSES, { until: new Promise<void>((resolve) => (release = resolve)) });
    meanwhile(async () => {
      clock.advance(31_000);
      await becomes(client, platform, post.id, { status: 'publishing' });
    });
    const described = await describe();
    expect([described.status, described.body.error_code]).toEqual([400, 'VALIDATION_ERROR']);
    release();
    const { images } = (await published(client, platform, post.id)) as PostView;
    expect(images.map(({ alt_text }) => alt_text)).toEqual(['old words']);
    expect(status().media.map(({ description }) => description)).toEqual(['old words']);
    expect(await row()).toMatchObject({ altText: 'old words', remoteId: status().media[0]!.id });
  });

  it('refuses them where the instance names an attachment that cannot be read, which an edit would remove', async () => {
    const { client, platform, post, status, describe } = await waiting();
    clock.advance(31_000);
    await published(client, platform, post.id);
    const look = `GET /api/v1/statuses/${status().id}`;
    const media_attachments = [
      { id: status().media[0]!.id, type: 'image' },
      { id: null, type: 'image' },
    ];
    town.fail(look, { status: 200, body: { id: status().id, created_at: clock.now(), media_attachments } });
    expect(await describe()).toMatchObject({ status: 502, body: { error_code: 'PLATFORM_REJECTED' } });
    expect(town.count(`PUT /api/v1/statuses/${status().id}`)).toBe(0);
    expect(status().media.map(({ description }) => description)).toEqual(['old words']);
  });

  it('keeps what was said of another image of the post meanwhile', async () => {
    const client = new TestClient(app.url);
    await client.register();
    const { platform, account } = await connectTo(client, town);
    const media_ids: number[] = [];
    for (const words of ['one', 'two']) media_ids.push((await upload(client, platform, picture(), words)).body.id);
    const { id } = await write(client, platform, 'x', { media_ids });
    await published(client, platform, id);
    const status = town.statuses.find(({ accountId }) => accountId === account.id)!;
    const look = `GET /api/v1/statuses/${status.id}`;
    const describe = (index: number, alt_text: string) =>
      client.patch<MediaView>(`/api/media/${media_ids[index]}`, { alt_text }, named(platform.id));
    let release = () => {};
    town.fail(look, { until: new Promise<void>((resolve) => (release = resolve)) });
    const first = describe(0, 'new one');
    await eventually(() => expect(town.count(look)).toBe(1));
    expect((await describe(1, 'new two')).status).toBe(200);
    release();
    expect((await first).status).toBe(200);
    expect(status.media.map(({ description }) => description)).toEqual(['new one', 'new two']);
  });
});
