/** What instances answer to a post or a file, and what becomes of it: as seen at real servers. */
import { StoredPauses } from '../../src/platform/stored-pauses';
import type { PlatformView, PostView } from '../../src/protocol/http';
import type { Fault } from '../../tools/fake-instance/fake-instance';
import { eventually } from '../support/eventually';
import {
  allowed,
  connectTo,
  type FakeInstance,
  newAccount,
  PLENTY,
  startInstance,
  stopInstances,
} from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type App, closeApps, DATABASES, MINUTE, startApp, TestClock } from './support/app';
import { becomes, named, picture, postOf, published, upload, write } from './support/posting';

const STATUSES = 'POST /api/v1/statuses';
const MEDIA = 'POST /api/v2/media';
const VERIFY = 'GET /api/v1/accounts/verify_credentials';

const clock = new TestClock();
let app: App;
let town: FakeInstance;

beforeAll(async () => {
  town = await startInstance({ rateLimits: PLENTY, now: () => clock.now() });
  app = await startApp(await DATABASES[0]![1](), allowed(town), clock);
});
afterEach(() => town.heal());
afterAll(async () => {
  await closeApps();
  await stopInstances();
});

async function person() {
  const client = new TestClient(app.url);
  await client.register();
  const { platform, account, token } = await connectTo(client, town);
  const there = () => town.statuses.filter(({ accountId }) => accountId === account.id);
  const asked = (route: string) =>
    town.requests.filter((each) => each.route === route && each.headers.authorization === `Bearer ${token}`).length;
  const writeWithImage = async (content: string): Promise<PostView> => {
    const { body } = await upload(client, platform, picture(), 'A boat');
    return write(client, platform, content, { media_ids: [body.id] });
  };
  return { client, platform, there, asked, writeWithImage };
}
/** Makes the time pass that a post waits. */
const inTime = (client: TestClient, platform: PlatformView, id: number, expected: Partial<PostView>) =>
  eventually(
    async () => {
      clock.advance(MINUTE / 4);
      expect(await postOf(client, platform, id)).toMatchObject(expected);
    },
    { timeout: 30_000, interval: 200 },
  );

describe('a post', () => {
  it('waits for files that are said to be ready and are not', async () => {
    const { client, platform, there, writeWithImage } = await person();
    const error = 'Cannot attach files that have not finished processing. Try again in a moment!';
    town.fail(STATUSES, { status: 422, body: { error } }, 2);
    const { id } = await writeWithImage('patience');
    await becomes(client, platform, id, { status: 'queued', error });
    expect((await postOf(client, platform, id)).next_attempt_at).toEqual(expect.any(String));
    await inTime(client, platform, id, { status: 'published', error: null });
    expect(there().map(({ text }) => text)).toEqual(['patience']);
  });

  it('asks less and less often while they stay so, and holds no other post back', async () => {
    const { client, platform, asked, writeWithImage } = await person();
    town.fail(STATUSES, { status: 422, body: { error: 'Cannot attach files that have not finished processing' } }, 2);
    const { id } = await writeWithImage('patience');
    await becomes(client, platform, id, { status: 'queued' });
    clock.advance(10 * MINUTE);
    const waitsLong = async () => {
      expect(asked(STATUSES)).toBe(2);
      const { next_attempt_at } = await postOf(client, platform, id);
      expect(Date.parse(next_attempt_at!) - clock.now().getTime()).toBeGreaterThan(2 * MINUTE);
    };
    await eventually(waitsLong);
    const later = await write(client, platform, 'later');
    await published(client, platform, later.id);
    expect((await postOf(client, platform, id)).status).toBe('queued');
  });

  it.each<[string, Fault]>([
    ['a duplicate', { status: 422, body: { error: 'Duplicate record' } }],
    ['one whose key was used', { status: 422, body: { error: 'Idempotency key already used' } }],
    ['something that cannot be read', { status: 200, body: { status: 'ok' } }],
    ['a page of a proxy', { status: 200, html: '<title>Welcome</title>' }],
  ])(
    'that is called %s is looked for before it is called failed, and is published where it is there',
    async (_, fault) => {
      const { client, platform, there, asked } = await person();
      town.fail(STATUSES, { ...fault, isCarriedOut: true });
      const { id } = await write(client, platform, 'there already');
      const { url } = await published(client, platform, id);
      expect(url).toContain(there()[0]!.id);
      expect([there().length, asked(STATUSES)]).toEqual([1, 1]);
    },
  );

  it('that is called a duplicate and is not there is sent again under another key, and not for ever', async () => {
    const { client, platform, there, asked } = await person();
    town.fail(STATUSES, { status: 422, body: { error: 'Duplicate record' } });
    const { id } = await write(client, platform, 'once more');
    await inTime(client, platform, id, { status: 'published' });
    const keys = town.requests.filter(({ fields }) => fields.status === 'once more');
    expect(new Set(keys.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
    expect([there().length, asked(STATUSES)]).toEqual([1, 2]);
    town.fail(STATUSES, { status: 422, body: { error: 'Duplicate record' } }, 50);
    const again = await write(client, platform, 'never');
    await inTime(client, platform, again.id, { status: 'failed' });
    expect(asked(STATUSES)).toBe(5);
  });

  it('whose answer cannot be read, and which is not there, has failed, plainly and at once', async () => {
    const { client, platform, asked } = await person();
    town.fail(STATUSES, { status: 200, html: '<title>Maintenance</title>' }, 50);
    const { id } = await write(client, platform, 'into a page');
    const error = `${town.host} answered with a web page ("Maintenance"), status 200`;
    await becomes(client, platform, id, { status: 'failed', error });
    expect(asked(STATUSES)).toBe(1);
  });

  it.each<[string, string, string]>([
    ['narrower', 'public', 'unlisted'],
    ['unknown, so the narrowest', 'unlisted', 'mutuals_only'],
  ])('shows the visibility that it has there: %s', async (_, visibility, there) => {
    const { client, platform } = await person();
    town.store.options.narrowsTo = there;
    const { id } = await write(client, platform, 'narrowed', { visibility });
    const post = await published(client, platform, id);
    delete town.store.options.narrowsTo;
    expect(post.visibility).toBe(there === 'unlisted' ? there : 'direct');
  });

  it.each<[string, Fault, RegExp]>([
    [
      'a redirect to a page',
      { status: 302, headers: { location: '/auth/setup' } },
      /^The instance refused the post: 127\.0\.0\.1:\d+ redirected the request to 127\.0\.0\.1:\d+; sign in there/,
    ],
    [
      'a page of a proxy with 403',
      { status: 403, html: '<title>Attention required</title>' },
      /^The instance refused the post: 127\.0\.0\.1:\d+ answered with a web page \("Attention required"\), status 403$/,
    ],
    [
      'a validation in the words of Laravel',
      { status: 500, body: { message: 'The status is too long.', errors: { status: ['too long'] } } },
      /^The instance refused the post: The status is too long\.$/,
    ],
  ])('that meets %s has failed, with words that say who said what', async (_, fault, words) => {
    const { client, platform, asked } = await person();
    town.fail(STATUSES, fault);
    const { id } = await write(client, platform, 'refused');
    const { error } = await becomes(client, platform, id, { status: 'failed' });
    expect(error).toMatch(words);
    expect(asked(STATUSES)).toBe(1);
  });

  it.each<[string, Fault]>([
    ['401', { status: 401, body: { error: 'The access token was revoked' } }],
    ['500, as Pixelfed says it', { status: 500, body: { error: 'Unauthenticated.' } }],
    ['403 for its scope', { status: 403, body: { error: 'insufficient_scope' } }],
    ['403 without a word', { status: 403, body: { error: '' } }],
  ])('that meets a token that is dead or lacks a permission asks to reconnect: %s', async (_, fault) => {
    const { client, platform } = await person();
    town.fail(STATUSES, fault);
    const { id } = await write(client, platform, 'no token');
    const { error } = await becomes(client, platform, id, { status: 'failed' });
    expect(error).toMatch(/must be connected again|write:statuses.*connect the account again/);
    expect((await client.get<PlatformView>(`/api/platforms/${platform.id}`)).body.needs_reconnect).toBe(true);
  });

  it('that is refused with a word that says nothing, by a token that is dead, asks to reconnect', async () => {
    const { client, platform } = await person();
    town.fail(STATUSES, { status: 422, body: { error: 'Unprocessable' } });
    town.fail(VERIFY, { status: 422, body: { error: 'Unprocessable' } });
    const { id } = await write(client, platform, 'no token');
    await becomes(client, platform, id, { status: 'failed', error: 'The account must be connected again' });
  });
});

describe('a file', () => {
  it('that the instance fails at is tried three times, and has failed with its words; meanwhile the reason is told', async () => {
    const { client, platform, asked, writeWithImage } = await person();
    town.fail(MEDIA, { status: 500, body: { error: 'HEIC: no decode delegate' } }, 50);
    const { id } = await writeWithImage('a photo');
    const error = `${town.host} failed: HEIC: no decode delegate`;
    await becomes(client, platform, id, { status: 'queued', error });
    await inTime(client, platform, id, { status: 'failed', error });
    expect(asked(MEDIA)).toBe(3);
  });

  it('is not given up over a gateway that stands before an instance that is away', async () => {
    const { client, platform, there, writeWithImage } = await person();
    town.fail(MEDIA, { status: 502, html: '<title>Bad gateway</title>' }, 4);
    const { id } = await writeWithImage('later');
    await inTime(client, platform, id, { status: 'published' });
    expect(there()).toHaveLength(1);
  });

  it.each<[string, Fault]>([
    ['no id', { status: 200, body: { id: null } }],
    ['a page', { status: 200, html: '<title>Welcome</title>' }],
  ])('whose answer has %s has failed at once', async (_, fault) => {
    const { client, platform, asked, writeWithImage } = await person();
    town.fail(MEDIA, fault, 50);
    const { id } = await writeWithImage('no id');
    const { error } = await becomes(client, platform, id, { status: 'failed' });
    expect(error).toMatch(/cannot be read|answered with a web page/);
    expect(asked(MEDIA)).toBe(1);
  });
});

it.each<[string, Fault, Fault]>([
  ['not there', { status: 404 }, { status: 404 }],
  ['broken', { status: 500, html: '<title>500</title>' }, { status: 500, html: '<title>500</title>' }],
  ['a page', { status: 200, html: '<title>Hi</title>' }, { status: 200, html: '<title>Hi</title>' }],
])('posts to an instance whose pages on itself are %s, with the limits of its kind', async (_, newer, older) => {
  const client = new TestClient(app.url);
  await client.register();
  town.fail('GET /api/v2/instance', newer);
  town.fail('GET /api/v1/instance', older);
  const form = { instance_url: town.url, access_token: newAccount(town).token };
  const { body: platform } = await client.post<PlatformView>('/api/platforms', form);
  expect(platform).toMatchObject({ platform_type: 'mastodon', max_characters: 500 });
  const { id } = await write(client, platform, 'x'.repeat(500));
  await published(client, platform, id);
  const tooLong = await client.post('/api/posts', { content: 'x'.repeat(501) }, named(platform.id));
  expect(tooLong.body).toMatchObject({ details: [{ field: 'content', limit: 500, count: 501 }] });
});

it('keeps the longer of two pauses that an instance asks for at the same time', async () => {
  const pauses = app.get(StoredPauses);
  for (const ms of [2 * MINUTE, MINUTE / 4]) await pauses.pause('account', ms);
  expect(await pauses.left('account')).toBeGreaterThan(MINUTE);
  await pauses.pause('account', 4 * MINUTE);
  expect(await pauses.left('account')).toBeGreaterThan(3 * MINUTE);
});

it('takes the answer of an instance whose clock is wrong, and removes its token during a pause', async () => {
  const late = await startInstance({ now: () => new Date(clock.now().getTime() - 60 * MINUTE), rateLimits: PLENTY });
  const own = await startApp(await DATABASES[0]![1](), allowed(late), clock);
  const client = new TestClient(own.url);
  await client.register();
  const { platform, token } = await connectTo(client, late);
  for (const fault of [null, { cut: 'after' } as const]) {
    if (fault) late.fail(STATUSES, fault);
    const { id } = await write(client, platform, `one ${fault?.cut}`);
    await inTime(client, platform, id, { status: 'published', error: null });
  }
  expect(late.statuses).toHaveLength(2);

  late.fail(VERIFY, { status: 429, headers: { 'retry-after': '600' } });
  expect((await client.post(`/api/platforms/${platform.id}/test`)).status).toBe(502);
  expect((await client.delete(`/api/platforms/${platform.id}`)).status).toBe(204);
  expect(late.store.tokens.has(token)).toBe(false);
});
