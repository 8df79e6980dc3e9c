/** Connecting by signing in at the instance: by this session, at this instance, once. */
import type { ConnectStartView, PlatformView, UserPlatformsView } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { signIn } from './support/instance-steps';

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  let town: FakeInstance;
  let evil: FakeInstance;

  beforeAll(async () => {
    town = await startInstance();
    evil = await startInstance({ name: 'Evil' });
    running = await backend.start(allowed(town, evil));
  });
  afterAll(async () => {
    await running.stop();
    await stopInstances();
  });

  async function person() {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    return client;
  }

  async function begin(client: TestClient, instance = town, more = {}): Promise<string> {
    const form = { instance_url: instance.url, platform_type: 'mastodon', ...more };
    const { status, body } = await client.post<ConnectStartView>('/api/platforms/connect', form);
    expect(status).toBe(200);
    return body.authorize_url;
  }

  /** The browser follows the instance's redirect. */
  const back = (client: TestClient, url: URL) =>
    client.get(`${url.pathname}${url.search}`, { headers: { accept: 'text/html' } });
  const platformsOf = async (client: TestClient): Promise<PlatformView[]> =>
    (await client.get<UserPlatformsView>('/api/user_platforms')).body.platforms;
  const outcome = async (client: TestClient, url: URL): Promise<string | undefined> => {
    const { status, headers } = await back(client, url);
    expect([status, headers.location]).toEqual([303, '/platforms']);
    return /vedfolnir_flash=(\w+)/.exec(String(headers['set-cookie']))?.[1];
  };

  it('connects an account, which can post then', async () => {
    const client = await person();
    const authorizeUrl = await begin(client);
    const asked = new URL(authorizeUrl).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('scope')).toBe('read:accounts read:statuses write:media write:statuses');
    expect(asked.get('redirect_uri')).toMatch(new RegExp(`^${client.url}/platforms/callback/`));
    expect(await outcome(client.at(running.nodes.at(-1)!.url), await signIn(authorizeUrl, 'ada'))).toBe(
      'PLATFORM_CONNECTED',
    );
    const [platform] = await platformsOf(client);
    expect(platform).toMatchObject({
      username: 'ada',
      name: `@ada@${town.host}`,
      instance_url: town.url,
      is_default: true,
    });
    const headers = { 'x-platform-id': String(platform!.id) };
    expect((await client.post('/api/posts', { content: 'By OAuth' }, { headers })).status).toBe(201);
    await eventually(() => town.statuses.some(({ text }) => text === 'By OAuth'), { timeout: 20_000 });
  });

  it('introduces itself to an instance once, and gives the same account a new token', async () => {
    const client = await person();
    await outcome(client, await signIn(await begin(client), 'grace'));
    const registered = town.count('POST /api/v1/apps');
    const [first] = await platformsOf(client);
    for (const [token, { account }] of town.store.tokens)
      if (account.username === 'grace') town.store.tokens.delete(token);
    expect((await client.post(`/api/platforms/${first!.id}/test`)).body.error_code).toBe('PLATFORM_REJECTED');
    expect((await platformsOf(client))[0]!.needs_reconnect).toBe(true);
    expect(await outcome(client, await signIn(await begin(client), 'grace'))).toBe('PLATFORM_CONNECTED');
    expect(await platformsOf(client)).toMatchObject([{ id: first!.id, needs_reconnect: false }]);
    expect((await client.post(`/api/platforms/${first!.id}/test`)).status).toBe(200);
    expect(town.count('POST /api/v1/apps')).toBe(registered);
    await outcome(client, await signIn(await begin(client, town, { name: 'Second' }), 'grace2'));
    expect((await platformsOf(client)).map(({ name }) => name)).toEqual([first!.name, 'Second']);
  });

  it('connects an account that has the name of another, which is gone', async () => {
    const client = await person();
    expect(await outcome(client, await signIn(await begin(client), 'renamed'))).toBe('PLATFORM_CONNECTED');
    const [first] = await platformsOf(client);
    const gone = town.store.account('renamed');
    await eventually(async () => expect((await platformsOf(client))[0]!.display_name).toBe('renamed'));
    town.store.accounts.delete(gone.id);
    town.store.accounts.set('77', { ...gone, id: '77' });
    expect(await outcome(client, await signIn(await begin(client), 'renamed'))).toBe('PLATFORM_CONNECTED');
    // The old one is not the new one: what was written for it goes nowhere else.
    const both = await platformsOf(client);
    expect(both.map(({ id, username }) => [id === first!.id, username])).toEqual([
      [true, 'renamed'],
      [false, 'renamed'],
    ]);
    const tested = await client.post(`/api/platforms/${both[1]!.id}/test`);
    expect(tested.body).toMatchObject({ ok: true, account: { username: 'renamed' } });
    // Whoever signs in again is known by the id.
    expect(await outcome(client, await signIn(await begin(client), 'renamed'))).toBe('PLATFORM_CONNECTED');
    expect(await platformsOf(client)).toHaveLength(2);
  });

  it('introduces itself anew to an instance that has forgotten it, before anybody is sent there', async () => {
    const client = await person();
    const before = new URL(await begin(client)).searchParams.get('client_id');
    town.store.apps.clear();
    const authorizeUrl = await begin(client);
    const after = new URL(authorizeUrl).searchParams.get('client_id');
    expect(after).not.toBe(before);
    expect(await outcome(client, await signIn(authorizeUrl, 'remembered'))).toBe('PLATFORM_CONNECTED');
    expect(new URL(await begin(client)).searchParams.get('client_id')).toBe(after);
    // What is no word about the app makes no new one, such as an instance that knows no such question.
    const registered = town.count('POST /api/v1/apps');
    for (const status of [400, 429, 500]) {
      town.fail('POST /oauth/token', { status, body: { error: 'unsupported_grant_type' } });
      expect(new URL(await begin(client)).searchParams.get('client_id')).toBe(after);
    }
    expect(town.count('POST /api/v1/apps')).toBe(registered);
  });

  it('is forgotten while the person signs in: the next sign-in works', async () => {
    const client = await person();
    const returned = await signIn(await begin(client), 'lost');
    town.store.apps.clear();
    expect(await outcome(client, returned)).toBe('PLATFORM_REJECTED');
    expect(await outcome(client, await signIn(await begin(client), 'lost'))).toBe('PLATFORM_CONNECTED');
  });

  it('takes a state once, from the session that began it, and no other', async () => {
    const [client, stranger] = [await person(), await person()];
    const other = client.device('other');
    await other.login();
    const returned = await signIn(await begin(client), 'once');
    for (const thief of [stranger, other]) expect(await outcome(thief, returned)).toBe('OAUTH_STATE_INVALID');
    expect(await outcome(client, returned)).toBe('PLATFORM_CONNECTED');
    expect(await outcome(client, returned)).toBe('OAUTH_STATE_INVALID');
    const invented = new URL(returned);
    invented.searchParams.set('state', 'x'.repeat(43));
    expect(await outcome(client, invented)).toBe('OAUTH_STATE_INVALID');
    invented.searchParams.delete('state');
    expect(await outcome(client, invented)).toBe('OAUTH_STATE_INVALID');
    expect(await platformsOf(stranger)).toEqual([]);
    const nobody = new TestClient(client.url);
    expect((await back(nobody, returned)).headers.location).toBe('/login');
  });

  it('hands a code to no instance but the one that gave it', async () => {
    const client = await person();
    const atTown = await signIn(await begin(client, town), 'victim');
    const atEvil = new URL(await begin(client, evil));
    const before = evil.count('POST /oauth/token');
    // The mix-up: the state of the one with the code, and the address, of the other.
    const mixed = new URL(atTown);
    mixed.searchParams.set('state', atEvil.searchParams.get('state')!);
    expect(await outcome(client, mixed)).toBe('OAUTH_STATE_INVALID');
    const issued = await signIn(await begin(client, town), 'victim');
    issued.searchParams.set('iss', evil.url);
    expect(await outcome(client, issued)).toBe('OAUTH_STATE_INVALID');
    const honest = await signIn(await begin(client, town), 'victim');
    honest.searchParams.set('iss', `${town.url}/`);
    expect(await outcome(client, honest)).toBe('PLATFORM_CONNECTED');
    expect(evil.count('POST /oauth/token')).toBe(before);
  });

  it('refuses a code that another verifier belongs to, and takes a no for a no', async () => {
    const client = await person();
    const one = await signIn(await begin(client), 'pkce');
    const two = await signIn(await begin(client), 'pkce');
    const crossed = new URL(one);
    crossed.searchParams.set('code', two.searchParams.get('code')!);
    expect(await outcome(client, crossed)).toBe('PLATFORM_REJECTED');
    const denied = await signIn(await begin(client), 'pkce', 'deny');
    expect(await outcome(client, denied)).toBe('PLATFORM_ACCESS_DENIED');
    expect(await outcome(client, denied)).toBe('OAUTH_STATE_INVALID');
    expect(await platformsOf(client)).toEqual([]);
  });

  it('takes no token that no header can carry', async () => {
    const client = await person();
    const returned = await signIn(await begin(client), 'odd');
    town.fail('POST /oauth/token', { status: 200, body: { access_token: 'tok\u20acn' } });
    expect(await outcome(client, returned)).toBe('PLATFORM_UNREACHABLE');
    expect(await platformsOf(client)).toEqual([]);
  });

  it('says so when the instance is away, or is none that may be asked', async () => {
    const client = await person();
    const ask = (instance_url: string) =>
      client.post('/api/platforms/connect', { instance_url, platform_type: 'mastodon' });
    const away = await ask('https://town.example');
    expect([away.status, away.body.error_code]).toEqual([502, 'PLATFORM_UNREACHABLE']);
    expect((await ask('http://169.254.169.254')).body.error_code).toBe('VALIDATION_ERROR');
  });

  it('shows no secret in an answer or a log line', async () => {
    const client = await person();
    const returned = await signIn(await begin(client), 'quiet');
    await outcome(client, returned);
    const tokens = [...town.store.tokens]
      .filter(([, { account }]) => account.username === 'quiet')
      .map(([token]) => token);
    expect(tokens).toHaveLength(1);
    const secrets = [...tokens, returned.searchParams.get('code')!, returned.searchParams.get('state')!];
    const texts = [(await client.get('/api/user_platforms')).text, ...running.nodes.map((node) => node.output())];
    for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret);
  });
});
