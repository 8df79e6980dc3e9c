/** Pictures of posts and accounts come through us: only pictures, only the caller's own, read once, with no token sent. */
import type { IncomingHttpHeaders } from 'node:http';
import { Image } from '../../src/database/entities/image.entity';
import { PlatformConnection } from '../../src/database/entities/platform-connection.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { PendingImagesView, PlatformView, RestSessionState } from '../../src/protocol/http';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { ANY_DATABASE, type App, closeApps, MINUTE, startApp } from './support/app';
import { Listener } from './support/listener';
import { becomes, named, picture, published, upload, write } from './support/posting';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

describe.each(ANY_DATABASE)('%s', (_, database) => {
  let app: App;
  let town: FakeInstance;
  let host: Listener;

  beforeAll(async () => {
    [town, host] = await Promise.all([startInstance(), Listener.plain()]);
    const { ALLOW_PRIVATE_INSTANCES } = allowed(town);
    app = await startApp(await database(), {
      ALLOW_PRIVATE_INSTANCES: `${ALLOW_PRIVATE_INSTANCES},${host.hostAndPort}`,
    });
  });
  beforeEach(() => host.reset());
  afterAll(async () => {
    await closeApps();
    await stopInstances();
    await host.close();
  });

  async function person() {
    const client = new TestClient(app.url);
    await client.register();
    const connected = await connectTo(client, town);
    // So that the first import, which starts by itself, has ended: it takes the addresses of pictures over.
    await client.post(`/api/platforms/${connected.platform.id}/import`);
    return { client, ...connected };
  }

  /** As an `<img>` asks: with the cookie alone. */
  const show = (client: TestClient, path: string) =>
    client.get<string>(path, { headers: { accept: 'image/avif,image/*,*/*;q=0.8' } });

  /** A post with one image, and the address of its picture. */
  async function posted(client: TestClient, platform: PlatformView, bytes = picture()) {
    const { id } = (await upload(client, platform, bytes)).body;
    const post = await write(client, platform, 'Look', { media_ids: [id] });
    await published(client, platform, post.id);
    return { id, path: `/api/media/${id}/picture` };
  }

  /** The instance has told of a picture at this address. */
  const movePicture = (id: number, url: string) =>
    app.get<UnitOfWork>(UnitOfWork).write(({ em }) => em.update(Image, { id }, { url }));

  it('shows an image as it was uploaded, and once it is published as the instance has it', async () => {
    const { client, platform } = await person();
    const bytes = Buffer.concat([PNG, Buffer.alloc(900_000, 7)]);
    town.fail('POST /api/v1/statuses', { status: 422 });
    const { id } = (await upload(client, platform, bytes)).body;
    const path = `/api/media/${id}/picture`;
    const post = await write(client, platform, 'Look', { media_ids: [id] });
    await becomes(client, platform, post.id, { status: 'failed' });
    expect(post.images).toEqual([{ id, alt_text: null, status: 'pending', has_picture: true }]);
    expect((await show(client, path)).text === bytes.toString()).toBe(true);

    await client.post(`/api/posts/${post.id}/retry`, {}, named(platform.id));
    await published(client, platform, post.id);
    const { status, headers, text } = await show(client, path);
    expect([status, text === bytes.toString()]).toEqual([200, true]);
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      'cache-control': 'private, max-age=3600',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      vary: expect.stringContaining('Cookie'),
    });
  });

  it('reads a picture once for all who look at the same time and after, and sends no token', async () => {
    const { client, platform } = await person();
    const { path } = await posted(client, platform);
    const before = town.requests.length;
    const answers = await Promise.all(Array.from({ length: 5 }, () => show(client, path)));
    answers.push(await show(client, path));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const asked = town.requests.slice(before).filter(({ route }) => route.startsWith('GET /media/'));
    expect(asked.map(({ headers }: { headers: IncomingHttpHeaders }) => headers.authorization)).toEqual([undefined]);
  });

  it('is no activity of the person', async () => {
    const { client, platform } = await person();
    const { path } = await posted(client, platform);
    const idle = async () => (await client.get<RestSessionState>('/api/session')).body.session.idle_expires_at;
    const before = await idle();
    app.clock.advance(5 * MINUTE);
    expect((await show(client, path)).status).toBe(200);
    expect(await idle()).toBe(before);
  });

  it('shows nobody the picture of another person', async () => {
    const one = await person();
    const { path } = await posted(one.client, one.platform);
    expect((await show(one.client, path)).status).toBe(200);
    expect((await show((await person()).client, path)).status).toBe(404);
    expect((await show(new TestClient(app.url), path)).status).toBe(401);
  });

  it.each([
    ['a page that says it is a picture', '<html><script>alert(1)</script>', 200, 404],
    ['a drawing with a script in it', '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 200, 404],
    ['nothing at the address', PNG, 410, 404],
    ['more than 8 MB', Buffer.concat([PNG, Buffer.alloc(8 * 1024 * 1024)]), 200, 502],
    ['a picture', Buffer.concat([PNG, Buffer.alloc(2 * 1024 * 1024)]), 200, 200],
  ])('takes from an instance a picture alone: %s', async (_name, body, status, expected) => {
    const { client, platform } = await person();
    const { id, path } = await posted(client, platform);
    await movePicture(id, `${host.url}/${id}`);
    host.answer = (_request, response) => response.writeHead(status, { 'content-type': 'image/png' }).end(body);
    expect((await show(client, path)).status).toBe(expected);
    // What is not there is not asked for again at once.
    const asked = host.paths.length;
    expect((await show(client, path)).status).toBe(expected);
    expect(host.paths).toHaveLength(asked);
  });

  it('goes nowhere but where an instance may be', async () => {
    const { client, platform } = await person();
    const { id, path } = await posted(client, platform);
    const inside = await Listener.plain();
    await movePicture(id, `${inside.url}/secret.png`);
    expect((await show(client, path)).status).toBe(502);
    host.answer = (_request, response) => response.writeHead(302, { location: `${inside.url}/secret.png` }).end();
    await movePicture(id, `${host.url}/moved`);
    expect((await show(client, path)).status).toBe(502);
    expect(inside.hits).toEqual([]);
    await inside.close();
  });

  it('shows the avatar that the instance has told of', async () => {
    const { client, platform } = await person();
    const path = `/api/platforms/${platform.id}/avatar`;
    expect((await show(client, path)).status).toBe(404);
    const bytes = picture();
    host.answer = (_request, response) => response.end(bytes);
    await app
      .get<UnitOfWork>(UnitOfWork)
      .write(({ em }) => em.update(PlatformConnection, { id: platform.id }, { avatarUrl: `${host.url}/face` }));
    const { status, text } = await show(client, path);
    expect([status, text]).toEqual([200, bytes.toString()]);
  });

  it('lists the images that lack a description in pages, newest first, with their posts', async () => {
    const { client, platform } = await person();
    const other = await connectTo(client, town, 'Second');
    await posted(client, other.platform);
    const made: number[] = [];
    for (let count = 0; count < 3; count++) made.push((await posted(client, platform)).id);
    await upload(client, platform, picture());
    const list = async (query: string) =>
      (await client.get<PendingImagesView>(`/api/pending_images?${query}`, named(platform.id, true))).body;
    const first = await list('limit=2');
    expect(first.images.map(({ id }) => id)).toEqual([made[2], made[1]]);
    expect(first.images[0]).toMatchObject({ platform_id: platform.id, has_picture: true, post: { content: 'Look' } });
    expect([first.total, first.next_before_id]).toEqual([3, made[1]]);
    expect(await list(`limit=2&before_id=${first.next_before_id}`)).toMatchObject({
      images: [{ id: made[0] }],
      next_before_id: null,
    });
    await client.patch(`/api/media/${made[2]}`, { alt_text: 'A red boat' }, named(platform.id, true));
    expect(await list('limit=1')).toMatchObject({ images: [{ id: made[1] }], total: 2 });
  });
});
