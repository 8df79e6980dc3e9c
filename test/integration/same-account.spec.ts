/** A connection is one account's, whatever token it is given: nothing goes out as another. */
import type { PlatformView } from '../../src/protocol/http';
import {
  allowed,
  connectTo,
  type FakeInstance,
  newAccount,
  startInstance,
  stopInstances,
} from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type App, closeApps, DATABASES, startApp } from './support/app';
import { becomes, importEnds, named, published, write } from './support/posting';

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

  it('refuses the token of another account, says whose it is, and goes on with the one that it has', async () => {
    const { client, platform, account } = await person();
    const other = newAccount(town);
    const { id } = platform;
    const given = await client.patch(`/api/platforms/${id}`, { access_token: other.token });
    const message = `The token is @${other.account.username}'s; this connection is @${account.username}'s`;
    expect([given.status, given.body]).toEqual([
      502,
      expect.objectContaining({
        error_code: 'PLATFORM_REJECTED',
        error: message,
        details: [{ field: 'access_token', message }],
      }),
    ]);
    expect((await client.get(`/api/platforms/${id}`)).body).toEqual(platform);
    const post = await write(client, platform, 'meant for one');
    await published(client, platform, post.id);
    expect([by(other.account.id), by(account.id).map(({ text }) => text)]).toEqual([[], ['meant for one']]);
  });

  it('sends with a new token what waited for it', async () => {
    const { client, platform, account, token } = await person();
    await importEnds(client, platform);
    town.store.tokens.delete(token);
    const post = await write(client, platform, 'held back');
    await becomes(client, platform, post.id, { status: 'failed', error: 'The account must be connected again' });
    const refused = await client.post('/api/posts', { content: 'x' }, named(platform.id));
    expect(refused.body.error_code).toBe('PLATFORM_RECONNECT_NEEDED');
    const access_token = town.store.issueToken(account);
    const renewed = await client.patch<PlatformView>(`/api/platforms/${platform.id}`, { access_token });
    expect([renewed.status, renewed.body]).toEqual([200, platform]);
    await client.post(`/api/posts/${post.id}/retry`, undefined, named(platform.id));
    await published(client, platform, post.id);
  });

  it('gives an account one connection, whatever token it comes with and whatever it is called', async () => {
    const { client, platform, account } = await person();
    const access_token = town.store.issueToken(account);
    for (const more of [{}, { name: 'Again' }, { username: 'another' }]) {
      const again = await client.post('/api/platforms', { instance_url: town.url, access_token, ...more });
      expect([again.status, again.body.error_code]).toEqual([409, 'PLATFORM_EXISTS']);
    }
    await client.delete(`/api/platforms/${platform.id}`);
    const freed = await client.post<PlatformView>('/api/platforms', { instance_url: town.url, access_token });
    expect([freed.status, freed.body.username]).toEqual([201, account.username]);
  });
});
