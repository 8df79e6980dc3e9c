/** What a connection knows of its instance, and what it does when the instance does not want it any more. */
import type { PlatformTestView, PlatformView } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
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

const named = (id: number) => ({ headers: { 'x-platform-id': String(id) } });

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  let town: FakeInstance;
  let photos: FakeInstance;

  beforeAll(async () => {
    town = await startInstance({ maxCharacters: 700 });
    photos = await startInstance({ kind: 'pixelfed', name: 'Photos', maxCharacters: 300 });
    running = await backend.start(allowed(town, photos));
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

  it('learns account and limits before it is stored, and tells the tabs', async () => {
    const client = await person();
    const tab = await openTab(client);
    const { token, account } = newAccount(town);
    account.displayName = 'Ada <b>L.</b>';
    account.avatarUrl = 'https://files.example/a.png';
    const form = { name: 'Town', platform_type: 'mastodon', instance_url: town.url, access_token: token };
    const { status, body } = await client.post<PlatformView>('/api/platforms', form);
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        username: account.username,
        display_name: 'Ada <b>L.</b>',
        avatar_url: 'https://files.example/a.png',
        max_characters: 700,
        needs_reconnect: false,
      }),
    ]);
    const told = await tab.waitFor('platforms:changed');
    expect(told.platforms).toEqual([body]);
    expect((await client.get('/api/platform_data')).body).toMatchObject({ data: { max_characters: 700 } });
    tab.close();
  });

  it('asks an older instance in the older way', async () => {
    const client = await person();
    const { platform } = await connectTo(client, photos);
    expect(platform.max_characters).toBe(300);
    expect(photos.count('GET /api/v2/instance')).toBeGreaterThan(0);
  });

  it('says whether a token works, on demand', async () => {
    const client = await person();
    const { platform, account } = await connectTo(client, town);
    town.store.options.maxCharacters = 800;
    const tested = await client.post<PlatformTestView>(`/api/platforms/${platform.id}/test`);
    expect([tested.status, tested.body.ok]).toEqual([200, true]);
    expect(tested.body.account.username).toBe(account.username);
    expect(tested.body.platform.max_characters).toBe(800);
    town.store.options.maxCharacters = 700;
    expect((await client.post('/api/platforms/999999/test')).body.error_code).toBe('PLATFORM_NOT_FOUND');
    const stranger = await person();
    expect((await stranger.post(`/api/platforms/${platform.id}/test`)).status).toBe(404);
  });

  it('refuses posts to an account that must be connected again, until it is', async () => {
    const client = await person();
    const { platform, token } = await connectTo(client, town);
    const tab = await openTab(client);
    town.store.tokens.delete(token);
    const tested = await client.post(`/api/platforms/${platform.id}/test`);
    expect([tested.status, tested.body.error_code]).toEqual([502, 'PLATFORM_REJECTED']);
    await tab.waitFor('platforms:changed', ({ platforms }) => platforms[0]!.needs_reconnect);
    const refused = await client.post('/api/posts', { content: 'x' }, named(platform.id));
    expect([refused.status, refused.body.error_code]).toEqual([409, 'PLATFORM_RECONNECT_NEEDED']);

    const account = town.store.account(platform.username!);
    const access_token = town.store.issueToken(account);
    const renewed = await client.patch<PlatformView>(`/api/platforms/${platform.id}`, { access_token });
    expect(renewed.body.needs_reconnect).toBe(false);
    expect((await client.post('/api/posts', { content: 'x' }, named(platform.id))).status).toBe(201);
    tab.close();
  });

  it('does not hold a fault of the instance against the token', async () => {
    const client = await person();
    const { platform } = await connectTo(client, town);
    town.fail('GET /api/v1/accounts/verify_credentials', { status: 500 });
    const tested = await client.post(`/api/platforms/${platform.id}/test`);
    expect([tested.status, tested.body.error_code]).toEqual([502, 'PLATFORM_UNREACHABLE']);
    const { body } = await client.get<PlatformView>(`/api/platforms/${platform.id}`);
    expect(body.needs_reconnect).toBe(false);
  });

  it('takes no token that no header can carry', async () => {
    const client = await person();
    const { platform } = await connectTo(client, town);
    for (const access_token of ['', 'tok\u20acn', 'a b', 'x\ny', 'x\r\nHost: y', '\u0000', 'x'.repeat(4097)]) {
      const form = { name: 'x', platform_type: 'mastodon', instance_url: town.url, access_token };
      for (const answer of [
        await client.post('/api/platforms', form),
        await client.patch(`/api/platforms/${platform.id}`, { access_token }),
      ]) {
        expect([answer.status, answer.body]).toEqual([
          400,
          expect.objectContaining({ details: [expect.objectContaining({ field: 'access_token' })] }),
        ]);
      }
    }
  });

  it('shows a token to nobody', async () => {
    const client = await person();
    const { platform, token } = await connectTo(client, town);
    const answers = await Promise.all([
      client.get(`/api/platforms/${platform.id}`),
      client.get('/api/user_platforms'),
      client.post(`/api/platforms/${platform.id}/test`),
      client.get('/api/platform_data'),
    ]);
    for (const { text } of answers) expect(text).not.toContain(token);
    for (const node of running.nodes) expect(node.output()).not.toContain(token);
  });
});
