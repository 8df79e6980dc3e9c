/** Each instance's own limits, from what it says to what a person may send: learned on connecting, and again each day. */
import { platformDetail } from '../../client/core/event-details';
import { charactersLeft } from '../../client/elements/composer/post-validation';
import { TOP_LEVEL_DOMAINS } from '../../src/common/top-level-domains';
import type { PlatformView, RestSessionState } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { closeTabs, openTab } from '../support/socket-client';
import { ANY_DATABASE, type App, closeApps, HOUR, startApp } from './support/app';
import { named, published, write } from './support/posting';

const VERIFY = 'GET /api/v1/accounts/verify_credentials';
const LINK = `https://example.org/${'x'.repeat(80)}`;
const written = { title: '', visibility: 'public', language: '' } as const;

describe.each(ANY_DATABASE)('%s', (_, database) => {
  let app: App;
  let blog: FakeInstance;
  let bird: FakeInstance;
  let client: TestClient;

  beforeAll(async () => {
    blog = await startInstance({ name: 'Blog', maxCharacters: 5000, charactersPerUrl: 1 });
    bird = await startInstance({ name: 'Bird', maxCharacters: 140, charactersPerUrl: 40 });
    // The clock is about to go on for days.
    const days = { SESSION_IDLE_TIMEOUT: '20d', SESSION_LIFETIME: '20d' };
    app = await startApp(await database(), { ...allowed(blog, bird), ...days });
    client = new TestClient(app.url);
    await client.register();
  });
  afterAll(async () => {
    closeTabs();
    await closeApps();
    await stopInstances();
  });

  const refusal = async (platform: PlatformView, form: object) => {
    const { status, body } = await client.post('/api/posts', form, named(platform.id, true));
    return [status, body.error_code, body.details];
  };
  const tooLong = (limit: number, count: number) => [
    400,
    'VALIDATION_ERROR',
    [{ field: 'content', message: expect.stringContaining(String(count)), limit, count }],
  ];

  it('takes as much as the instance does, counted as it counts, and not a character more', async () => {
    for (const [instance, limit, perLink] of [
      [blog, 5000, 1],
      [bird, 140, 40],
    ] as const) {
      const { platform, account } = await connectTo(client, instance, `Account at ${limit}`);
      const full = `${LINK} ${'y'.repeat(limit - perLink - 1 - 2)}`;
      const spoiler_text = 'cw';
      const post = await write(client, platform, full, { spoiler_text });
      await published(client, platform, post.id);
      expect(await refusal(platform, { content: `${full}!`, spoiler_text })).toEqual(tooLong(limit, limit + 1));
      expect(await refusal(platform, { content: `${full} ${LINK}`, spoiler_text })).toEqual(
        tooLong(limit, limit + 1 + perLink),
      );
      // The longest warning that a request may have at all.
      const much = 'y'.repeat(15_000);
      expect(await refusal(platform, { content: much })).toEqual(tooLong(limit, much.length));
      expect(await refusal(platform, { content: '', spoiler_text: much })).toEqual(tooLong(limit, much.length));
      const there = instance.statuses.filter(({ accountId }) => accountId === account.id);
      expect(there.map(({ text }) => text)).toEqual([full]);

      // What the page counts with is what the server has told it.
      const told = { max_characters: limit, characters_per_url: perLink };
      const data = await client.get('/api/platform_data', named(platform.id, true));
      expect(data.body).toMatchObject({ platform_id: platform.id, data: told });
      await client.post(`/api/switch_platform/${platform.id}`, {});
      const state = (await client.get<RestSessionState>('/api/session')).body;
      expect(state.platform).toMatchObject({ id: platform.id, ...told });
      const tab = await openTab(client);
      expect((await tab.waitFor('session:state')).platform).toEqual(state.platform);
      tab.close();
      const text = { ...written, content: full, spoiler_text };
      expect(charactersLeft(platformDetail(state.platform!), text, TOP_LEVEL_DOMAINS)).toBe(0);
    }
  });

  it('reads them again once a day, whatever was true the day before', async () => {
    const { platform } = await connectTo(client, bird, 'Read daily');
    const tab = await openTab(client);
    const asked = bird.count(VERIFY);
    const learned = (limit: number) =>
      tab.waitFor('platforms:changed', ({ platforms }) =>
        platforms.some(({ id, max_characters }) => id === platform.id && max_characters === limit),
      );
    Object.assign(bird.store.options, { maxCharacters: 60, charactersPerUrl: 23 });
    app.clock.advance(20 * HOUR);
    // It has looked what is due by the time that it has met another account.
    await connectTo(client, blog, 'Somebody else');
    expect(bird.count(VERIFY)).toBe(asked);
    await write(client, platform, 'z'.repeat(140));

    app.clock.advance(7 * HOUR);
    await learned(60);
    expect(await refusal(platform, { content: 'z'.repeat(61) })).toEqual(tooLong(60, 61));
    expect(await refusal(platform, { content: `${LINK} ${LINK} ${'z'.repeat(13)}` })).toEqual(tooLong(60, 61));
    await write(client, platform, `${LINK} ${LINK} ${'z'.repeat(12)}`);

    // And the day after, also when the instance is unwell at first: what was known stays.
    Object.assign(bird.store.options, { maxCharacters: 200 });
    const before = bird.count(VERIFY);
    bird.fail(VERIFY, { status: 500 }, 2);
    app.clock.advance(27 * HOUR);
    await eventually(() => bird.count(VERIFY) >= before + 2, { timeout: 20_000 });
    const { body } = await client.get<PlatformView>(`/api/platforms/${platform.id}`);
    expect(body).toMatchObject({ max_characters: 60, needs_reconnect: false });
    app.clock.advance(HOUR);
    await learned(200);
    await write(client, platform, 'z'.repeat(200));
  });
});
