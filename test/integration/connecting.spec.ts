/** Connecting by what a person types, saying no at the instance, and taking the token back on removal. */
import type { ConnectStartView, PlatformView, UserPlatformsView } from '../../src/protocol/http';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type App, closeApps, DATABASES, startApp } from './support/app';
import { signIn } from './support/instance-steps';

describe.each(DATABASES.slice(0, 1))('%s', (_, database) => {
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
    return client;
  }
  const begin = async (client: TestClient, instance_url: string) => {
    const form = { instance_url, platform_type: 'mastodon' };
    return (await client.post<ConnectStartView>('/api/platforms/connect', form)).body.authorize_url;
  };
  const platformsOf = async (client: TestClient): Promise<PlatformView[]> =>
    (await client.get<UserPlatformsView>('/api/user_platforms')).body.platforms;
  const comeBack = (client: TestClient, { pathname, search }: URL) =>
    client.get(`${pathname}${search}`, { headers: { accept: 'text/html' } });

  it.each(['host', 'handle'])('begins at the instance that a %s names', async (kind) => {
    const client = await person();
    const authorizeUrl = await begin(client, kind === 'host' ? town.host : `@me@${town.host}`);
    expect(new URL(authorizeUrl).origin).toBe(town.url);
  });

  it.each(['with', 'without'])('takes a "no" that comes back %s the state', async (state) => {
    const client = await person();
    const target = await signIn(await begin(client, town.url), 'someone', 'deny');
    if (state === 'without') target.searchParams.delete('state');
    const { status } = await comeBack(client, target);
    expect(status).toBe(303);
    const page = await client.get('/platforms', { headers: { accept: 'text/html' } });
    expect(page.text).toContain('You declined access at the instance; no account was connected');
    expect(await platformsOf(client)).toEqual([]);
  });

  it('revokes the token at the instance when a connection is removed, as the app that it was given to', async () => {
    const client = await person();
    await comeBack(client, await signIn(await begin(client, town.url), 'leaver'));
    const [platform] = await platformsOf(client);
    const tokens = () => [...town.store.tokens.values()].filter(({ account }) => account.username === 'leaver').length;
    expect(tokens()).toBe(1);
    expect((await client.delete(`/api/platforms/${platform!.id}`)).status).toBe(204);
    expect(tokens()).toBe(0);
    const [asked] = town.requests.filter(({ route }) => route === 'POST /oauth/revoke');
    expect(Object.keys(asked!.fields).sort()).toEqual(['client_id', 'client_secret', 'token']);
  });

  it('removes a connection whose instance does not take the token back, or is away', async () => {
    const client = await person();
    const [one, two] = [(await connectTo(client, town)).platform, (await connectTo(client, town, 'Two')).platform];
    town.fail('POST /oauth/revoke', { status: 403 });
    expect((await client.delete(`/api/platforms/${one.id}`)).status).toBe(204);
    await town.stop();
    expect((await client.delete(`/api/platforms/${two.id}`)).status).toBe(204);
    expect(await platformsOf(client)).toEqual([]);
    await town.listen();
  });
});
