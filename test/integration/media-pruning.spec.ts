/** Files that nobody will publish any more go, all of them, and no others. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { EntityManager } from 'typeorm';
import { Image } from '../../src/database/entities/image.entity';
import { MediaChunk } from '../../src/database/entities/media-chunk.entity';
import { Post } from '../../src/database/entities/post.entity';
import { type Transaction, UnitOfWork } from '../../src/database/unit-of-work';
import type { PlatformView, PostStatus } from '../../src/protocol/http';
import { MediaRepository } from '../../src/publishing/media/media.repository';
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

  it('takes the files of all posts that failed long ago, round by round, and of no others', async () => {
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
    const rounds: number[] = [];
    const before = new Date(Date.now() - 7 * DAY);
    while (rounds.at(-1) !== 0) rounds.push(await work.write(({ em }) => media.pruneFailed(em, before)));
    expect(rounds).toEqual([200, 50, 0]);
    const left = await work.read((em) => em.find(MediaChunk));
    expect(left.map(({ imageId }) => imageId).sort()).toEqual([kept[0], kept[0], kept[1], kept[1]]);
    expect(await work.read((em) => em.countBy(Post, { status: 'failed' }))).toBe(250);
  });

  it('leaves an image that a post takes up at this very moment', async () => {
    const owner = await start();
    const { work } = owner;
    const [taken, unused] = await work.write(async ({ em }) => [
      await insert(em, owner, null),
      await insert(em, owner, null),
    ]);
    const post = await write(owner.client, owner.platform, 'x');
    await work.write(async ({ em }) => {
      const found = jest
        .spyOn(em, 'find')
        .mockImplementationOnce(async (...asked: Parameters<EntityManager['find']>) => {
          found.mockRestore();
          const rows = await em.find(...asked);
          await em.update(Image, { id: taken }, { postId: post.id });
          return rows;
        });
      expect(await media.pruneUnused(em, new Date())).toBe(1);
    });
    const left = await work.read((em) => em.find(Image));
    expect([left.map(({ id }) => id), unused]).toEqual([[taken], expect.any(Number)]);
  });

  it.each([
    ['a small file', 1],
    ['a large file', 1_500_000],
  ])('refuses %s whose platform is removed while it comes in', async (_name, rest) => {
    const { client, platform, work } = await start();
    const headers = {
      cookie: client.cookie,
      'x-csrftoken': client.csrfToken,
      'content-type': 'multipart/form-data; boundary=edge',
      ...named(platform.id, true).headers,
    };
    const sent = request(`${client.url}/api/media`, { method: 'POST', headers, agent: false });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.write('--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n');
    sent.write(PICTURE);
    await eventually(async () => expect(await work.read((em) => em.count(Image))).toBe(1));
    expect((await client.delete(`/api/platforms/${platform.id}`)).status).toBe(204);
    sent.write(Buffer.alloc(rest));
    sent.end('\r\n--edge--\r\n');
    const [answer] = await answered;
    expect([answer.statusCode, await json(answer)]).toMatchObject([404, { error_code: 'PLATFORM_NOT_FOUND' }]);
    expect(await work.read((em) => em.count(Image))).toBe(0);
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
      const count = () => later.get(UnitOfWork).read(async (em) => [await em.count(Image), await em.count(MediaChunk)]);
      return { count, close: () => later.close() };
    };
    const soon = await countAt(25 * HOUR);
    await eventually(async () => expect(await soon.count()).toEqual([1, 1]));
    await soon.close();
    const late = await countAt(8 * DAY);
    await eventually(async () => expect(await late.count()).toEqual([1, 0]));
  });
});
