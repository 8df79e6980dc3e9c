/** The whole life of a connection, at each kind of server that there is a profile of. */
import type { PlatformView } from '../../src/protocol/http';
import { FAKE_KINDS } from '../../tools/fake-instance/fake-profiles';
import { eventually } from '../support/eventually';
import { connectTo, newAccount } from '../support/fake-instance';
import { MINUTE } from './support/app';
import { becomes, named, picture, postOf, postsOf, published, upload, write } from './support/posting';
import { importAll, postThere, setProfiles } from './support/profiles';

const STATUSES = 'POST /api/v1/statuses';
const { clock, instanceOf, person } = setProfiles();
const REFUSED = {
  status: 502,
  body: { error_code: 'PLATFORM_REJECTED', error: 'The instance cannot change the description of this image' },
};

describe.each(FAKE_KINDS)('%s', (kind) => {
  const instance = () => instanceOf(kind);
  // snac changes the text of a status only.
  const changesDescriptions = kind !== 'snac';

  it('is connected, read, posted to, described, reconnected and removed', async () => {
    const client = await person();
    const { account, token } = newAccount(instance());
    postThere(instance(), account, ['first', 'second', 'third']);
    const form = { instance_url: instance().host, access_token: token };
    const { body: platform } = await client.post<PlatformView>('/api/platforms', form);
    expect(platform).toMatchObject({
      platform_type: kind === 'pixelfed' ? 'pixelfed' : 'mastodon',
      username: account.username,
      // What can be kept here is bounded.
      max_characters: Math.min(instance().store.maxCharacters, 15_000),
    });
    await importAll(client, platform);
    expect((await postsOf(client, platform)).map(({ content }) => content)).toEqual(['third', 'second', 'first']);

    const ids: number[] = [];
    for (const words of ['A boat', 'A bridge']) {
      ids.push((await upload(client, platform, picture(), words)).body.id);
    }
    const more = { media_ids: ids, language: 'de', spoiler_text: 'Water' };
    const { id } = await write(client, platform, 'Two *pictures*, no words', more);
    const post = await published(client, platform, id);
    const [there] = instance().statuses.filter((each) => post.url!.endsWith(each.id));
    expect(there).toMatchObject({
      text: 'Two *pictures*, no words',
      spoilerText: 'Water',
      language: 'de',
      media: [{ description: 'A boat' }, { description: 'A bridge' }],
    });

    const words = changesDescriptions ? 'A boat at dawn' : 'A boat';
    const described = await client.patch(
      `/api/media/${post.images[0]!.id}`,
      { alt_text: 'A boat at dawn' },
      named(platform.id),
    );
    expect(described).toMatchObject(changesDescriptions ? { status: 200 } : REFUSED);
    expect(there).toMatchObject({
      text: 'Two *pictures*, no words',
      spoilerText: 'Water',
      language: 'de',
      media: [{ description: words }, { description: 'A bridge' }],
    });
    await importAll(client, platform);
    expect(await postOf(client, platform, id)).toMatchObject({
      // An edited text is as it is shown there.
      content: expect.stringMatching(/^Two (\*pictures\*|pictures), no words$/),
      images: [
        { id: post.images[0]!.id, alt_text: words },
        { id: post.images[1]!.id, alt_text: 'A bridge' },
      ],
    });

    instance().store.tokens.delete(token);
    const image = (await upload(client, platform, picture(), 'A door')).body.id;
    const late = await write(client, platform, 'Too late', { media_ids: [image] });
    await becomes(client, platform, late.id, { status: 'failed', error: 'The account must be connected again' });
    expect((await client.post(`/api/platforms/${platform.id}/test`)).body.error_code).toBe('PLATFORM_REJECTED');
    expect((await client.get<PlatformView>(`/api/platforms/${platform.id}`)).body.needs_reconnect).toBe(true);

    const access_token = instance().store.issueToken(account);
    const renewed = await client.patch<PlatformView>(`/api/platforms/${platform.id}`, { access_token });
    expect([renewed.status, renewed.body.needs_reconnect]).toEqual([200, false]);
    await client.post(`/api/posts/${late.id}/retry`, undefined, named(platform.id));
    await published(client, platform, late.id);
    expect(instance().statuses.filter((each) => each.accountId === account.id)).toHaveLength(5);

    expect((await client.delete(`/api/platforms/${platform.id}`)).status).toBe(204);
    expect(instance().store.tokens.has(access_token)).toBe(false);
    expect((await client.get('/api/user_platforms')).body).toMatchObject({ platforms: [] });
  });

  it('takes an image without a word, and a new description of it', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    const { body } = await upload(client, platform, picture(), 'A boat');
    const { id } = await write(client, platform, '', { media_ids: [body.id] });
    const { images } = await published(client, platform, id);
    const form = { alt_text: 'A boat at dawn' };
    const described = await client.patch(`/api/media/${images[0]!.id}`, form, named(platform.id));
    expect(described).toMatchObject(changesDescriptions ? { status: 200 } : REFUSED);
    const there = instance().statuses.filter(({ accountId }) => accountId === account.id);
    const description = changesDescriptions ? 'A boat at dawn' : 'A boat';
    expect(there).toMatchObject([{ text: '', media: [{ description }] }]);
  });

  it('is asked where an answer was lost, and has the post once', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    const { body } = await upload(client, platform, picture(), 'of it');
    instance().fail(STATUSES, { cut: 'after' });
    const text = 'Lost *and* found: https://example.org/a/long/way/to/go @ada@example.org';
    const post = await write(client, platform, text, { media_ids: [body.id] });
    await eventually(
      async () => {
        clock.advance(MINUTE / 4);
        expect(await postOf(client, platform, post.id)).toMatchObject({ status: 'published', error: null });
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(instance().statuses.filter(({ accountId }) => accountId === account.id)).toHaveLength(1);
    await importAll(client, platform);
    expect(await postsOf(client, platform)).toHaveLength(1);
  });

  // Pixelfed knows no direct posts.
  it.each(kind === 'pixelfed' ? ['private'] : ['private', 'direct'])(
    'is asked so for a post that is %s, and has it once',
    async (visibility) => {
      const client = await person();
      const { platform, account } = await connectTo(client, instance());
      const { body } = await upload(client, platform, picture(), 'of it');
      instance().fail(STATUSES, { cut: 'after' });
      // Where it is asked for: a failure is no answer.
      instance().fail('GET /api/v1/timelines/home', { status: 502 });
      const post = await write(client, platform, 'Between us', { media_ids: [body.id], visibility });
      const isPublished = async () => {
        clock.advance(MINUTE / 4);
        expect((await postOf(client, platform, post.id)).status).toBe('published');
      };
      await eventually(isPublished, { timeout: 30_000, interval: 200 });
      instance().heal();
      expect(instance().statuses.filter(({ accountId }) => accountId === account.id)).toHaveLength(1);
    },
  );

  it('has a post with the link of an image once', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, instance());
    const { body } = await upload(client, platform, picture(), 'of it');
    const post = await write(client, platform, 'Look: https://town.example/cat.png', { media_ids: [body.id] });
    await published(client, platform, post.id);
    expect(instance().statuses.filter(({ accountId }) => accountId === account.id)).toHaveLength(1);
  });
});
