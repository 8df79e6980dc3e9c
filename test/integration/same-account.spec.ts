/** A connection is one account's, whatever token it is given: nothing goes out as another. */
import { Post } from '../../src/database/entities/post.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { PlatformTestView, PlatformView } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import {
  allowed,
  connectTo,
  type FakeInstance,
  newAccount,
  startInstance,
  stopInstances,
} from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { openTab } from '../support/socket-client';
import { type App, closeApps, DATABASES, startApp } from './support/app';
import { becomes, named, published, write } from './support/posting';

const CREDENTIALS = 'GET /api/v1/accounts/verify_credentials';

describe.each(DATABASES)('%s', (_, database) => {
  let app: App;
  let town: FakeInstance;

  beforeAll(async () => {
    town = await startInstance();
    app = await startApp(await database(), allowed(town));
  });
  afterAll(async () => {
    await closeApps();
    await stopInstances();
  });

  async function person() {
    const client = new TestClient(app.url);
    await client.register();
    return { client, ...(await connectTo(client, town)) };
  }
  const by = (accountId: string) => town.statuses.filter((status) => status.accountId === accountId);
  const read = async (client: TestClient, id: number) => (await client.get<PlatformView>(`/api/platforms/${id}`)).body;

  it('refuses the token of another account, says whose it is, and posts nothing with it', async () => {
    const { client, platform, account } = await person();
    const other = newAccount(town);
    const tab = await openTab(client);
    let answer = () => {};
    town.fail(CREDENTIALS, { until: new Promise<void>((resolve) => (answer = resolve)) });
    const { id } = platform;
    const given = await client.patch<PlatformView>(`/api/platforms/${id}`, { access_token: other.token });
    expect([given.status, given.body.needs_reconnect]).toEqual([200, false]);
    // Written while nobody knows yet whose the token is.
    const post = await write(client, platform, 'meant for one');
    answer();
    const told = await tab.waitFor('platforms:changed', ({ platforms }) => platforms[0]!.needs_reconnect);
    const reason = `The token is @${other.account.username}'s; this connection is @${account.username}'s`;
    expect(told.platforms[0]).toMatchObject({ username: account.username, reconnect_reason: reason });
    await becomes(client, platform, post.id, { status: 'failed', error: 'The account must be connected again' });
    const tested = await client.post(`/api/platforms/${id}/test`);
    expect([tested.status, tested.body]).toEqual([
      502,
      expect.objectContaining({ error_code: 'PLATFORM_REJECTED', error: reason }),
    ]);
    expect((await client.post('/api/posts', { content: 'x' }, named(id))).body.error_code).toBe(
      'PLATFORM_RECONNECT_NEEDED',
    );

    // With a token of its own it works again, and is who it was.
    const access_token = town.store.issueToken(account);
    const renewed = await client.patch<PlatformView>(`/api/platforms/${id}`, { access_token });
    expect([renewed.body.needs_reconnect, renewed.body.reconnect_reason]).toEqual([false, undefined]);
    await client.post(`/api/posts/${post.id}/retry`, undefined, named(id));
    await published(client, platform, post.id);
    expect(by(other.account.id)).toEqual([]);
    expect(by(account.id).map(({ text }) => text)).toEqual(['meant for one']);
    tab.close();
  });

  it('holds back what is queued already until the instance has said whose a new token is', async () => {
    const { client, platform, account } = await person();
    const other = newAccount(town);
    const rows = app.get(UnitOfWork);
    const row = () => rows.read((em) => em.findOneByOrFail(Post, { id: post.id }));
    town.fail('POST /api/v1/statuses', { status: 429, headers: { 'retry-after': '30' } });
    const post = await write(client, platform, 'on its way');
    await eventually(async () => expect(await row()).toMatchObject({ attempts: 1, status: 'queued' }));
    let answer = () => {};
    town.fail(CREDENTIALS, { until: new Promise<void>((resolve) => (answer = resolve)) });
    await client.patch(`/api/platforms/${platform.id}`, { access_token: other.token });
    // A worker takes it up once more, and puts it back.
    app.clock.advance(31_000);
    await eventually(async () => expect(await row()).toMatchObject({ attempts: 2, status: 'queued' }));
    answer();
    await becomes(client, platform, post.id, { status: 'failed' });
    expect([by(account.id), by(other.account.id)]).toEqual([[], []]);
  });

  it('gives an account one connection, and says of a second one that it is the same', async () => {
    const { client, platform, account } = await person();
    const access_token = town.store.issueToken(account);
    const form = { name: 'Again', platform_type: 'mastodon', instance_url: town.url, access_token };
    const second = (await client.post<PlatformView>('/api/platforms', form)).body;
    const reason = 'This account is connected already, as Town';
    await eventually(async () =>
      expect(await read(client, second.id)).toMatchObject({
        username: null,
        needs_reconnect: true,
        reconnect_reason: reason,
      }),
    );
    const tested = await client.post(`/api/platforms/${second.id}/test`);
    expect([tested.body.error_code, tested.body.error]).toEqual(['PLATFORM_REJECTED', reason]);
    expect((await client.post(`/api/platforms/${platform.id}/test`)).status).toBe(200);
    // What it is called after is known by now: who names it is told at once.
    const named = await client.post('/api/platforms', { ...form, username: account.username });
    expect([named.status, named.body.error_code]).toEqual([409, 'PLATFORM_EXISTS']);
    // When the first one goes, the second one is free to be the account's.
    await client.delete(`/api/platforms/${platform.id}`);
    const freed = await client.post<PlatformTestView>(`/api/platforms/${second.id}/test`);
    expect(freed.body.platform).toMatchObject({ username: account.username, needs_reconnect: false });
  });
});
