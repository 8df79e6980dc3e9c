/** Files that nobody will publish any more go, all of them, and no others. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { EntityManager } from 'typeorm';
import { Lifecycle } from '../../src/common/lifecycle';
import { Image } from '../../src/database/entities/image.entity';
import { MediaChunk } from '../../src/database/entities/media-chunk.entity';
import { Post } from '../../src/database/entities/post.entity';
import { type Transaction, UnitOfWork } from '../../src/database/unit-of-work';
import { PlatformRepository } from '../../src/platform/platform.repository';
import type { PlatformView, PostStatus } from '../../src/protocol/http';
import { MediaRepository } from '../../src/publishing/media/media.repository';
import { MediaPruner } from '../../src/publishing/media/media-pruner';
import { SessionRepository } from '../../src/session/session.repository';
import { SessionLifecycleService } from '../../src/session/session-lifecycle.service';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { closeApps, DATABASES, DAY, HOUR, startApp, TestClock } from './support/app';
import { becomes, named, picture, upload, write } from './support/posting';

const PICTURE = picture();
const media = new MediaRepository();

let town: FakeInstance;
beforeAll(async () => {
  town = await startInstance();
});
afterAll(async () => {
  await closeApps();
  await stopInstances();
});

describe.each(DATABASES)('%s', (_, database) => {
  async function start() {
    const url = await database();
    const env = { ...allowed(town), ENCRYPTION_KEYS: encryptionKey() };
    const app = await startApp(url, env);
    const client = new TestClient(app.url);
    const { id: userId } = (await client.register()).body.user;
    const { platform } = await connectTo(client, town);
    return { url, env, app, client, userId, platform, work: app.get(UnitOfWork) };
  }

  /** @returns the image's id */
  async function insert(
    em: EntityManager,
    owner: { userId: number; platform: PlatformView },
    status: PostStatus | null,
  ) {
    const createdAt = new Date(Date.now() - 8 * DAY);
    const shared = { userId: owner.userId, platformConnectionId: owner.platform.id, createdAt };
    const text = { title: null, content: 'x', visibility: 'public', spoilerText: null } as const;
    const post =
      status &&
      (await em.save(em.create(Post, { ...shared, ...text, status, postUrl: null, error: null, publishedAt: null })));
    const image = em.create(Image, { ...shared, postId: post?.id ?? null, altText: null, status: 'pending' });
    const { id } = await em.save(image);
    const chunks = [0, 1].map((position) => ({ imageId: id, position, bytes: Buffer.from('x') }));
    await em.insert(MediaChunk, chunks);
    return id;
  }

  const counts = (work: UnitOfWork) => work.read(async (em) => [await em.count(Image), await em.count(MediaChunk)]);

  it('takes the files of all posts that failed long ago, run by run, and of no others', async () => {
    const owner = await start();
    const { work } = owner;
    const some = async ({ em }: Transaction) => {
      for (let index = 0; index < 25; index++) await insert(em, owner, 'failed');
    };
    for (let round = 0; round < 10; round++) await work.write(some);
    const kept = await work.write(async ({ em }) => [
      await insert(em, owner, 'queued'),
      await insert(em, owner, 'publishing'),
    ]);
    const before = new Date(Date.now() - 7 * DAY);
    for (const found of [200, 50]) {
      const ids = await work.read((em) => media.findFailed(em, before));
      expect(ids).toHaveLength(found);
      await work.write(({ em }) => media.removeFilesOfFailed(em, [...ids, ...kept]));
    }
    expect(await work.read((em) => media.findFailed(em, before))).toEqual([]);
    const left = await work.read((em) => em.find(MediaChunk));
    expect(left.map(({ imageId }) => imageId).sort()).toEqual([kept[0], kept[0], kept[1], kept[1]]);
    expect(await work.read((em) => em.countBy(Post, { status: 'failed' }))).toBe(250);
  });

  it('leaves an image that a post has taken up since it was found', async () => {
    const owner = await start();
    const { work } = owner;
    const [taken, unused] = await work.write(async ({ em }) => [
      await insert(em, owner, null),
      await insert(em, owner, null),
    ]);
    const post = await write(owner.client, owner.platform, 'x');
    const ids = await work.read((em) => media.findUnused(em, new Date()));
    expect(ids.sort()).toEqual([taken, unused]);
    await work.write(({ em }) => em.update(Image, { id: taken }, { postId: post.id }));
    expect(await work.write(({ em }) => media.removeUnused(em, ids))).toBe(1);
    expect((await work.read((em) => em.find(Image))).map(({ id }) => id)).toEqual([taken]);
  });

  it('goes a few files at a time: other events run in between, and a stop ends it there', async () => {
    const owner = await start();
    const { app, work } = owner;
    await app.get(Lifecycle).onModuleDestroy();
    await work.write(async ({ em }) => {
      for (const status of [null, 'failed'] as const)
        for (let index = 0; index < 9; index++) await insert(em, owner, status);
    });
    const removed = jest.spyOn(app.get(MediaRepository), 'removeUnused');
    app.get(MediaPruner).onApplicationBootstrap();
    while (removed.mock.calls.length === 0) await new Promise(setImmediate);
    await app.get(Lifecycle).onModuleDestroy();
    expect((await counts(work))[0]).toBeGreaterThan(9);
    app.get(MediaPruner).onApplicationBootstrap();
    await eventually(async () => expect(await counts(work)).toEqual([9, 0]));
  });

  /** An upload whose file has not ended. */
  function beginUpload(client: TestClient, platform: PlatformView): ClientRequest {
    const headers = {
      cookie: client.cookie,
      'x-csrftoken': client.csrfToken,
      'content-type': 'multipart/form-data; boundary=edge',
      ...named(platform.id, true).headers,
    };
    const sent = request(`${client.url}/api/media`, { method: 'POST', headers, agent: false });
    sent.write('--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n');
    sent.write(PICTURE);
    return sent;
  }

  it.each([
    ['a small file', 1],
    ['a large file', 1_500_000],
  ])('refuses %s whose platform is removed while it comes in', async (_name, rest) => {
    const { client, platform, work } = await start();
    const sent = beginUpload(client, platform);
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    await eventually(async () => expect(await work.read((em) => em.count(Image))).toBe(1));
    expect((await client.delete(`/api/platforms/${platform.id}`)).status).toBe(204);
    sent.write(Buffer.alloc(rest));
    sent.end('\r\n--edge--\r\n');
    const [answer] = await answered;
    expect([answer.statusCode, await json(answer)]).toMatchObject([404, { error_code: 'PLATFORM_NOT_FOUND' }]);
    expect(await work.read((em) => em.count(Image))).toBe(0);
  });

  it('keeps nothing of an upload whose client disconnects in the middle of the file', async () => {
    const { client, platform, work } = await start();
    const sent = beginUpload(client, platform).on('error', () => undefined);
    sent.write(Buffer.alloc(1_500_000));
    await eventually(async () => expect((await counts(work))[1]).toBeGreaterThan(0));
    sent.destroy();
    await eventually(async () => expect(await counts(work)).toEqual([0, 0]));
  });

  it('keeps nothing of an upload whose client disconnects before its body is read', async () => {
    const { app, client, platform, userId, work } = await start();
    const authorized = jest.spyOn(app.get(SessionLifecycleService), 'runAuthorized');
    const incoming = once(app.nest.getHttpServer(), 'request') as Promise<[IncomingMessage]>;
    await work.write(async ({ em }) => {
      await app.get(SessionRepository).lockUser(em, userId);
      const sent = beginUpload(client, platform).on('error', () => undefined);
      await eventually(() => expect(authorized).toHaveBeenCalled());
      sent.destroy();
      const [received] = await incoming;
      await eventually(() => expect(received.destroyed).toBe(true));
    });
    const [begun] = authorized.mock.results;
    await begun!.value;
    await eventually(async () => expect(await counts(work)).toEqual([0, 0]));
  });

  it('goes a few at a time with its platform too, and the rest with the platform', async () => {
    const owner = await start();
    const { app, client, platform, work } = owner;
    await work.write(async ({ em }) => {
      for (let index = 0; index < 5; index++) await insert(em, owner, null);
      await em.update(Image, { platformConnectionId: platform.id }, { uploadedAt: new Date() });
      for (const status of [null, 'failed', 'queued'] as const) await insert(em, owner, status);
    });
    const begun = new Set<number>();
    const files = jest.spyOn(app.get(PlatformRepository), 'removeUnusedFiles');
    const whole = jest.spyOn(app.get(PlatformRepository), 'remove');
    let next = setImmediate(function look() {
      begun.add(files.mock.calls.length + whole.mock.calls.length);
      next = setImmediate(look);
    });
    expect((await client.delete(`/api/platforms/${platform.id}`)).status).toBe(204);
    clearImmediate(next);
    expect([...begun]).toEqual([0, 1, 2, 3, 4]);
    expect(files.mock.calls.map(([, ids]) => ids.length)).toEqual([2, 2, 1]);
    expect(await counts(work)).toEqual([0, 0]);
  });

  it('does so by itself, a day and a week later', async () => {
    const { url, env, app, client, platform } = await start();
    await upload(client, platform, PICTURE);
    town.fail('POST /api/v1/statuses', { status: 422 });
    const media_ids = [(await upload(client, platform, PICTURE)).body.id];
    const post = await write(client, platform, 'refused', { media_ids });
    await becomes(client, platform, post.id, { status: 'failed' });
    await app.close();
    const countAt = async (ms: number) => {
      const clock = new TestClock();
      clock.advance(ms);
      const later = await startApp(url, env, clock);
      return { count: () => counts(later.get(UnitOfWork)), close: () => later.close() };
    };
    const soon = await countAt(25 * HOUR);
    await eventually(async () => expect(await soon.count()).toEqual([1, 1]));
    await soon.close();
    const late = await countAt(8 * DAY);
    await eventually(async () => expect(await late.count()).toEqual([1, 0]));
  });
});
