/** What is sent twice is done once, on the way in and on the way out; and an answer is believed by what it says. */
import { randomUUID } from 'node:crypto';
import { Post } from '../../src/database/entities/post.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { PlatformView, PostView } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { type Json, TestClient } from '../support/http-client';
import { type App, closeApps, DATABASES, MINUTE, startApp, TestClock } from './support/app';
import { becomes, named, picture, postsOf, published, upload, write } from './support/posting';

const STATUSES = 'POST /api/v1/statuses';

describe.each(DATABASES)('%s', (_, database) => {
  const clock = new TestClock();
  let app: App;
  let town: FakeInstance;

  beforeAll(async () => {
    town = await startInstance({ now: () => clock.now() });
    app = await startApp(await database(), allowed(town), clock);
  });
  afterEach(() => town.heal());
  afterAll(async () => {
    await closeApps();
    await stopInstances();
  });

  async function person() {
    const client = new TestClient(app.url);
    await client.register();
    const { platform, account } = await connectTo(client, town);
    const there = () => town.statuses.filter(({ accountId }) => accountId === account.id);
    return { client, platform, account, there };
  }
  const rowOf = ({ id }: PostView) => app.get(UnitOfWork).read((em) => em.findOneByOrFail(Post, { id }));
  const send = (client: TestClient, platform: PlatformView, key: string, body: Json) => {
    const { headers } = named(platform.id, true);
    return client.post<PostView & Json>('/api/posts', body, { headers: { ...headers, 'idempotency-key': key } });
  };
  /** As seen once time has passed that a worker waits. */
  const inTime = (seen: () => Promise<void>) =>
    eventually(
      async () => {
        clock.advance(MINUTE / 4);
        await seen();
      },
      { timeout: 30_000, interval: 200 },
    );

  describe('a request with an Idempotency-Key', () => {
    it('makes one post, however often and at once it is sent', async () => {
      const { client, platform, there } = await person();
      const key = randomUUID();
      const body = { content: 'once', visibility: 'unlisted' };
      const answers = await Promise.all(Array.from({ length: 5 }, () => send(client, platform, key, body)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      await published(client, platform, answers[0]!.body.id);
      const again = await send(client, platform, key.toUpperCase(), { visibility: 'unlisted', content: 'once' });
      expect([again.status, again.body.status]).toEqual([200, 'published']);
      expect([there().length, (await postsOf(client, platform)).length]).toEqual([1, 1]);
    });

    it('is refused with another body, and for another platform', async () => {
      const { client, platform } = await person();
      const key = randomUUID();
      expect((await send(client, platform, key, { content: 'one' })).status).toBe(201);
      const other = await send(client, platform, key, { content: 'two' });
      expect([other.status, other.body.error_code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
      const second = (await connectTo(client, town, 'Second')).platform;
      expect((await send(client, second, key, { content: 'one' })).status).toBe(409);
      expect(await postsOf(client, second)).toEqual([]);
    });

    it('is of one caller, and a UUID', async () => {
      const [one, other] = [await person(), await person()];
      const key = randomUUID();
      expect((await send(one.client, one.platform, key, { content: 'x' })).status).toBe(201);
      expect((await send(other.client, other.platform, key, { content: 'x' })).status).toBe(201);
      for (const bad of ['', 'x', `${key},${key}`]) {
        const { status, body } = await send(one.client, one.platform, bad, { content: 'x' });
        expect([status, body.details]).toEqual([400, [expect.objectContaining({ field: 'Idempotency-Key' })]]);
      }
    });

    it('that was refused may be sent again', async () => {
      const { client, platform } = await person();
      const key = randomUUID();
      expect((await send(client, platform, key, { content: 'x'.repeat(501) })).status).toBe(400);
      expect((await send(client, platform, key, { content: 'x' })).status).toBe(201);
    });
  });

  describe('the key that goes to the instance', () => {
    it('is random, and the same when a post is sent again', async () => {
      const { client, platform, there } = await person();
      town.fail(STATUSES, { status: 503 });
      const post = await write(client, platform, 'same key');
      await inTime(async () => expect((await rowOf(post)).status).toBe('published'));
      const keys = town.requests
        .filter(({ fields }) => fields.status === 'same key')
        .map(({ headers }) => headers['idempotency-key']);
      expect(keys.length).toBeGreaterThan(0);
      expect(new Set(keys)).toEqual(new Set([there()[0]!.idempotencyKey]));
      expect(keys[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    });

    it.each([
      ['an old one', -60 * MINUTE],
      ['one of this moment', 0],
    ])(
      'may stand for a status of a stranger there, %s: it is not believed, and the post comes out',
      async (__, age) => {
        const { client, platform, account, there } = await person();
        const strangers = town.store.post(account, { status: 'Weather report for the northern coast' }, null);
        strangers.createdAt = new Date(clock.now().getTime() + age);
        const body = {
          id: strangers.id,
          created_at: strangers.createdAt.toISOString(),
          content: `<p>${strangers.text}</p>`,
          visibility: 'public',
          media_attachments: [],
        };
        town.fail(STATUSES, { status: 200, body });
        const post = await write(client, platform, 'My cat has learned to open doors');
        await inTime(async () => expect((await rowOf(post)).status).toBe('published'));
        const own = there().filter(({ text }) => text.startsWith('My cat'));
        expect(own).toHaveLength(1);
        expect(await rowOf(post)).toMatchObject({ remoteId: own[0]!.id });
      },
    );

    it('that is "used already" without a status makes the post fail in the end, in the words of the instance', async () => {
      const { client, platform, there } = await person();
      town.fail(STATUSES, { status: 422, body: { error: 'Idempotency key already used' } }, 10);
      const post = await write(client, platform, 'nothing there');
      await inTime(async () => expect((await rowOf(post)).status).toBe('failed'));
      expect(await rowOf(post)).toMatchObject({ attempts: 3, error: expect.stringContaining('already used') });
      expect(there()).toEqual([]);
    });
  });

  it('finds a post that the instance calls a duplicate, with the text and the audience that it has there', async () => {
    const { client, platform, account, there } = await person();
    const text = '**bold** news from [the harbour](https://example.org/a/long/way)';
    const release: (() => void)[] = [];
    town.fail(STATUSES, { until: new Promise<void>((resolve) => release.push(resolve)) });
    town.fail(STATUSES, { status: 422, body: { error: 'Duplicate record' } });
    // Held up until the status is there.
    const first = await write(client, platform, 'first');
    const post = await write(client, platform, text);
    town.store.post(account, { status: 'bold news from the harbour', visibility: 'private' }, null);
    release[0]!();
    await published(client, platform, first.id);
    const done = await becomes(client, platform, post.id, { status: 'published', visibility: 'private' });
    expect(there()).toHaveLength(2);
    expect(done.url).toContain(there().find(({ text }) => text.startsWith('bold'))!.id);
  });

  describe('a post that waits', () => {
    it('says why, and when it is tried again', async () => {
      const { client, platform } = await person();
      town.fail(STATUSES, { status: 429, headers: { 'retry-after': '120' } });
      const post = await write(client, platform, 'waits');
      const waiting = await becomes(client, platform, post.id, { error: 'The instance limits the rate of requests' });
      expect(waiting.status).toBe('queued');
      const wait = Date.parse(waiting.next_attempt_at!) - clock.now().getTime();
      expect([wait > MINUTE, wait <= 2 * MINUTE]).toEqual([true, true]);
      clock.advance(2 * MINUTE + 1000);
      expect(await published(client, platform, post.id)).toMatchObject({ next_attempt_at: null });
    });

    it('fails after three tries at an image that the instance cannot take, in its own words', async () => {
      const { client, platform } = await person();
      const words = { error: 'Error: no decode delegate for this image format `HEIC`' };
      town.fail('POST /api/v2/media', { status: 500, body: words }, 10);
      const { body: image } = await upload(client, platform, picture());
      const post = await write(client, platform, 'with an image', { media_ids: [image.id] });
      await becomes(client, platform, post.id, { status: 'queued', error: expect.stringContaining(words.error) });
      const from = town.count('POST /api/v2/media');
      await inTime(async () => expect((await rowOf(post)).status).toBe('failed'));
      expect(town.count('POST /api/v2/media') - from).toBe(2);
    });

    it('fails at once where an upload is answered in a way that nobody can read', async () => {
      const { client, platform } = await person();
      town.fail('POST /api/v2/media', { status: 200, body: { id: null } }, 10);
      const { body: image } = await upload(client, platform, picture());
      const post = await write(client, platform, 'unreadable', { media_ids: [image.id] });
      await becomes(client, platform, post.id, {
        status: 'failed',
        error: 'The answer of the instance cannot be read',
      });
    });

    it('is sent again by itself when its media were not processed yet', async () => {
      const { client, platform, there } = await person();
      const error = 'Cannot attach files that have not finished processing. Try again in a moment!';
      town.fail(STATUSES, { status: 422, body: { error } });
      const post = await write(client, platform, 'processed');
      await becomes(client, platform, post.id, { status: 'queued', error });
      clock.advance(3000);
      await published(client, platform, post.id);
      expect(there()).toHaveLength(1);
    });

    it('holds back what was written after it', async () => {
      const { client, platform, there } = await person();
      town.fail(STATUSES, { status: 503 });
      const texts = Array.from({ length: 4 }, (__, index) => `in order ${index}`);
      for (const text of texts) await write(client, platform, text);
      // Within the minute for which the order is kept.
      await eventually(
        () => {
          clock.advance(500);
          expect(there()).toHaveLength(4);
        },
        { timeout: 30_000, interval: 100 },
      );
      expect(there().map(({ text }) => text)).toEqual(texts);
    });
  });

  describe('a post that is changed', () => {
    const put = (client: TestClient, { id: platformId }: PlatformView, id: number, body: Json) =>
      client.request<PostView & Json>('PUT', `/api/posts/${id}`, { body, ...named(platformId, true) });

    it('is sent as it is now, with what was not named as it was', async () => {
      const { client, platform, there } = await person();
      town.fail(STATUSES, { status: 422, body: { error: 'Too rude' } });
      const { body: image } = await upload(client, platform, picture(), 'a cat');
      const more = { visibility: 'unlisted', spoiler_text: 'cw', language: 'de', media_ids: [image.id] };
      const post = await write(client, platform, 'rude', more);
      await becomes(client, platform, post.id, { status: 'failed' });
      const changed = await put(client, platform, post.id, { content: 'polite' });
      expect([changed.status, changed.body]).toEqual([
        200,
        expect.objectContaining({
          id: post.id,
          content: 'polite',
          status: 'queued',
          error: null,
          visibility: 'unlisted',
        }),
      ]);
      await published(client, platform, post.id);
      expect(there()).toEqual([
        expect.objectContaining({ text: 'polite', spoilerText: 'cw', language: 'de', visibility: 'unlisted' }),
      ]);
      expect(there()[0]!.media.map(({ description }) => description)).toEqual(['a cat']);
      const late = await put(client, platform, post.id, { content: 'too late' });
      expect([late.status, late.body.error_code]).toEqual([409, 'POST_NOT_FAILED']);
    });

    it('has the images that it is given, and is held to the limits', async () => {
      const { client, platform, there } = await person();
      town.fail(STATUSES, { status: 422, body: { error: 'No' } });
      const images = [];
      for (const name of ['one', 'two']) images.push((await upload(client, platform, picture(), name)).body.id);
      const post = await write(client, platform, 'x', { media_ids: [images[0]] });
      await becomes(client, platform, post.id, { status: 'failed' });
      const over = await put(client, platform, post.id, { content: 'x'.repeat(501) });
      expect([over.status, over.body.details]).toEqual([
        400,
        [expect.objectContaining({ field: 'content', limit: 500, count: 501 })],
      ]);
      expect((await put(client, platform, post.id, { media_ids: [images[1], 999_999] })).status).toBe(400);
      expect((await put(client, platform, post.id, { media_ids: [images[1]] })).body.images).toHaveLength(1);
      await published(client, platform, post.id);
      expect(there()[0]!.media.map(({ description }) => description)).toEqual(['two']);
    });

    it("is its author's, and of the platform that the request names", async () => {
      const [one, other] = [await person(), await person()];
      town.fail(STATUSES, { status: 422, body: { error: 'No' } });
      const post = await write(one.client, one.platform, 'x');
      await becomes(one.client, one.platform, post.id, { status: 'failed' });
      expect((await put(other.client, other.platform, post.id, { content: 'y' })).status).toBe(404);
      const unnamed = await one.client.request('PUT', `/api/posts/${post.id}`, { body: { content: 'y' } });
      expect(unnamed.status).toBe(428);
    });
  });
});
