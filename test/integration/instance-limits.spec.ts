/** What a token may do at its instance, and how often: we keep to both, and a post comes out once all the same. */
import { Post } from '../../src/database/entities/post.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { lacksPermission } from '../../src/fediverse/instance-error';
import type { ImportView, PlatformView } from '../../src/protocol/http';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, PLENTY, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { rawRequest } from '../support/raw-request';
import { migratedDatabase } from '../support/services';
import { closeTabs, openTab } from '../support/socket-client';
import { ANY_DATABASE, type App, closeApps, DAY, HOUR, MINUTE, startApp, TestClock } from './support/app';
import { becomes, named, picture, published, upload, write } from './support/posting';

const STATUSES = 'POST /api/v1/statuses';
const MEDIA = 'POST /api/v2/media';
/** What connecting asks of an account's limit: the account, NodeInfo in two parts, the instance, the first page. */
const CONNECTING = 5;
const USUAL = { account: { requests: 300, period: 5 * MINUTE }, media: { requests: 30, period: 30 * MINUTE } };

describe.each(ANY_DATABASE)('%s', (_, database) => {
  const clock = new TestClock();
  let app: App;
  let town: FakeInstance;

  beforeAll(async () => {
    town = await startInstance({ now: () => clock.now() });
    app = await startApp(await database(), allowed(town), clock);
  });
  beforeEach(() => {
    town.store.rateLimits.limits = USUAL;
    // A window of every limit has just begun: none ends in the middle of a test.
    clock.advance(30 * MINUTE - (clock.now().getTime() % (30 * MINUTE)));
  });
  afterEach(closeTabs);
  afterAll(async () => {
    await app.close();
    await town.stop();
  });

  async function person(scopes?: string[]) {
    const client = new TestClient(app.url);
    await client.register();
    const connected = await connectTo(client, town, 'Town', scopes);
    const { id } = connected.account;
    // The account has been read: from now on nothing is asked but for what a test does.
    await eventually(() => expect(town.count(`GET /api/v1/accounts/${id}/statuses`)).toBe(1));
    const there = () => town.statuses.filter(({ accountId }) => accountId === id);
    return { client, ...connected, there };
  }
  const rowsOf = ({ id }: PlatformView) =>
    app.get(UnitOfWork).read((em) => em.find(Post, { where: { platformConnectionId: id } }));
  /** What is asked from here on. */
  function asking() {
    const from = town.requests.length;
    return (route?: string) => town.requests.slice(from).filter((each) => !route || each.route === route).length;
  }

  it('is an instance that counts down, and refuses, as the documentation says', async () => {
    const { token } = await person(['read:accounts']);
    town.store.rateLimits.limits = { ...USUAL, account: { requests: CONNECTING + 3, period: 5 * MINUTE } };
    const headers = { authorization: `Bearer ${token}` };
    const ask = async (method: string, path: string) => {
      const { status, headers: said, text } = await rawRequest(town.url, method, path, { headers });
      expect(said['x-ratelimit-limit']).toBe(String(CONNECTING + 3));
      const left = Date.parse(String(said['x-ratelimit-reset'])) - clock.now().getTime();
      expect([left > 0, left <= 5 * MINUTE]).toEqual([true, true]);
      return [status, said['x-ratelimit-remaining'], JSON.parse(text).error];
    };
    const me = '/api/v1/accounts/verify_credentials';
    expect(await ask('GET', me)).toEqual([200, '2', undefined]);
    expect(await ask('POST', '/api/v1/statuses')).toEqual([403, '1', 'This action is outside the authorized scopes']);
    expect(await ask('GET', me)).toEqual([200, '0', undefined]);
    expect(await ask('GET', me)).toEqual([429, '0', 'Too many requests']);
    clock.advance(5 * MINUTE);
    expect(await ask('GET', me)).toEqual([200, String(CONNECTING + 2), undefined]);
  });

  it('fails a post that the token may not write, says what helps, and does not try again', async () => {
    const { client, platform, account, there } = await person(['read']);
    const tab = await openTab(client);
    const asked = asking();
    const post = await write(client, platform, 'may not');
    const failed = await tab.waitFor('post:updated', (event) => event.post.status === 'failed');
    expect(failed.post).toMatchObject({ id: post.id, error: lacksPermission('write:statuses') });
    const told = await tab.waitFor('platforms:changed', ({ platforms }) => platforms[0]!.needs_reconnect);
    expect(told.platforms[0]!.reconnect_reason).toBe(lacksPermission('write:statuses'));
    clock.advance(HOUR);
    const refused = await client.post('/api/posts', { content: 'x' }, named(platform.id));
    expect(refused.body.error_code).toBe('PLATFORM_RECONNECT_NEEDED');
    // That the token is good for reading makes it no better.
    const tested = await client.post(`/api/platforms/${platform.id}/test`);
    expect([tested.status, tested.body]).toEqual([
      502,
      expect.objectContaining({ error_code: 'PLATFORM_REJECTED', error: lacksPermission('write:statuses') }),
    ]);
    const { body } = await client.get<PlatformView>(`/api/platforms/${platform.id}`);
    expect([body.needs_reconnect, (await rowsOf(platform))[0]]).toEqual([
      true,
      expect.objectContaining({ status: 'failed', attempts: 1, nextAttemptAt: null }),
    ]);
    expect(asked(STATUSES)).toBe(1);

    const access_token = town.store.issueToken(account, ['read:accounts', 'read:statuses', 'write:statuses']);
    await client.patch(`/api/platforms/${platform.id}`, { access_token });
    expect((await client.post(`/api/platforms/${platform.id}/test`)).status).toBe(200);
    await client.post(`/api/posts/${post.id}/retry`, undefined, named(platform.id));
    await published(client, platform, post.id);
    expect(there().map(({ text }) => text)).toEqual(['may not']);
    // One permission is not another: this token may write, but bring no image.
    const { body: image } = await upload(client, platform, picture(), 'x');
    const second = await write(client, platform, 'with an image', { media_ids: [image.id] });
    await becomes(client, platform, second.id, { status: 'failed', error: lacksPermission('write:media') });
    expect(there()).toHaveLength(1);
  });

  it('takes a 403 of another kind for what it is', async () => {
    const { client, platform, there } = await person();
    town.fail(STATUSES, { status: 403, body: { error: 'This action is not allowed' } });
    const post = await write(client, platform, 'not now');
    const error = 'The instance refused the post: This action is not allowed';
    await becomes(client, platform, post.id, { status: 'failed', error });
    await client.post(`/api/posts/${post.id}/retry`, undefined, named(platform.id));
    await published(client, platform, post.id);
    expect(there()).toHaveLength(1);
  });

  it('asks nothing more of an account that is used up until the window is over, and loses no post', async () => {
    const { client, platform, there } = await person();
    town.store.rateLimits.limits = { ...USUAL, account: { requests: CONNECTING + 5, period: 5 * MINUTE } };
    // The window must not end while the posts are on their way.
    const left = 5 * MINUTE - (clock.now().getTime() % (5 * MINUTE));
    if (left < 2 * MINUTE) clock.advance(left);
    const asked = asking();
    const texts = Array.from({ length: 9 }, (__, index) => `post ${index}`);
    for (const content of texts) await write(client, platform, content);
    const reset = clock.now().getTime() - (clock.now().getTime() % (5 * MINUTE)) + 5 * MINUTE;
    await eventually(async () => {
      const waiting = (await rowsOf(platform)).filter(({ status }) => status !== 'published');
      expect(waiting).toHaveLength(4);
      expect(waiting.map(({ status }) => status)).toEqual(Array(4).fill('queued'));
      // The first was told so; those after it wait for it.
      const told = waiting.find(({ attempts }) => attempts === 1)!;
      expect(told.nextAttemptAt!.getTime()).toBeGreaterThanOrEqual(reset);
      expect(told.nextAttemptAt!.getTime()).toBeLessThan(reset + MINUTE);
    });
    // Five that were taken, and one that was told so. Nothing else comes before the time, whoever wants it.
    const tested = await client.post(`/api/platforms/${platform.id}/test`);
    expect(tested.body).toMatchObject({
      error_code: 'PLATFORM_UNREACHABLE',
      error: 'The instance limits the rate of requests',
    });
    const late = await write(client, platform, 'late');
    expect([there().length, asked()]).toEqual([5, 6]);
    clock.advance(5 * MINUTE + 1000);
    await published(client, platform, late.id);
    await eventually(() => expect(there()).toHaveLength(10));
    // In their order, though each has been told to wait at a time of its own.
    expect(there().map(({ text }) => text)).toEqual([...texts, 'late']);
    expect(asked()).toBe(11);
  });

  it('waits for uploads that are used up, and for nothing else; what is there already is not sent again', async () => {
    const { client, platform, there } = await person();
    town.store.rateLimits.limits = { ...USUAL, media: { requests: 2, period: 30 * MINUTE } };
    const asked = asking();
    const files = [picture(), picture(), picture()];
    const ids: number[] = [];
    for (const [index, file] of files.entries()) ids.push((await upload(client, platform, file, `${index}`)).body.id);
    const post = await write(client, platform, 'three images', { media_ids: ids });
    await eventually(async () => expect((await rowsOf(platform))[0]).toMatchObject({ status: 'queued', attempts: 1 }));
    const words = await write(client, platform, 'words alone');
    // For a minute the order is kept; then nothing waits for what has nothing to do with it.
    clock.advance(MINUTE + 1000);
    await published(client, platform, words.id);
    clock.advance(30 * MINUTE + 1000);
    await published(client, platform, post.id);
    expect(there().map(({ text }) => text)).toEqual(['words alone', 'three images']);
    expect(there()[1]!.media.map(({ description }) => description)).toEqual(['0', '1', '2']);
    expect(there()[1]!.media.map(({ bytes }, index) => bytes.equals(files[index]!))).toEqual([true, true, true]);
    // Three that came in, and the one that was refused.
    expect(asked(MEDIA)).toBe(4);
  });

  it('does not wait longer than an hour, whatever the instance says', async () => {
    const { client, platform, there } = await person();
    const reset = new Date(clock.now().getTime() + 10 * DAY).toISOString();
    town.fail(STATUSES, { status: 429, headers: { 'x-ratelimit-reset': reset, date: clock.now().toUTCString() } });
    const post = await write(client, platform, 'in an hour');
    await eventually(async () => {
      const [row] = await rowsOf(platform);
      expect(row!.status).toBe('queued');
      const wait = row!.nextAttemptAt!.getTime() - clock.now().getTime();
      expect([wait > 59 * MINUTE, wait <= HOUR]).toEqual([true, true]);
    });
    clock.advance(HOUR + 1000);
    await published(client, platform, post.id);
    expect(there()).toHaveLength(1);
  });
});

afterAll(async () => {
  await closeApps();
  await stopInstances();
});

it('keeps every node from asking what one was told not to, and brings all in their order after that', async () => {
  const clock = new TestClock();
  const town = await startInstance({ rateLimits: PLENTY, now: () => clock.now() });
  const env = { ...allowed(town), ENCRYPTION_KEYS: encryptionKey() };
  const database = await migratedDatabase();
  const apps = [await startApp(database, env, clock), await startApp(database, env, clock)];
  const clients = [new TestClient(apps[0]!.url)];
  await clients[0]!.register();
  clients.push(clients[0]!.at(apps[1]!.url));
  const { platform, account, token } = await connectTo(clients[0]!, town);
  await eventually(() => expect(town.count(`GET /api/v1/accounts/${account.id}/statuses`)).toBe(1));
  const asked = () => town.requests.filter(({ headers }) => headers.authorization === `Bearer ${token}`).length;
  const before = asked();

  town.fail(STATUSES, { status: 503, headers: { 'retry-after': '600', date: clock.now().toUTCString() } });
  const posts = [await write(clients[0]!, platform, 'post 0')];
  const { error, next_attempt_at } = await becomes(clients[1]!, platform, posts[0]!.id, {
    error: expect.stringContaining(`${town.host} failed`) as never,
  });
  expect([error, Math.round((Date.parse(next_attempt_at!) - clock.now().getTime()) / MINUTE)]).toEqual([
    expect.any(String),
    10,
  ]);
  for (let index = 1; index < 8; index++) {
    posts.push(await write(clients[index % 2]!, platform, `post ${index}`));
  }
  // Nobody waits for the first one any more, and each is told the reason for itself.
  clock.advance(MINUTE + 1000);
  for (const { id } of posts.slice(1)) {
    await becomes(clients[0]!, platform, id, { status: 'queued', error: 'The instance limits the rate of requests' });
  }
  for (const client of clients) {
    const tested = await client.post(`/api/platforms/${platform.id}/test`);
    const read = await client.post<ImportView>(`/api/platforms/${platform.id}/import`);
    expect([tested.body.error, read.body.error]).toEqual(Array(2).fill('The instance limits the rate of requests'));
  }
  expect(asked() - before).toBe(1);
  clock.advance(9 * MINUTE);
  for (const { id } of posts) await published(clients[1]!, platform, id);
  const there = town.statuses.filter(({ accountId }) => accountId === account.id);
  expect(there.map(({ text }) => text)).toEqual(posts.map(({ content }) => content));
});
