/** One run of everything, with the log at its wordiest: no secret is said to anybody, whatever goes wrong. */
import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import type { ConnectStartView, ImportView, UserPlatformsView } from '../../src/protocol/http';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { startNode } from '../support/server';
import { migratedDatabase } from '../support/services';
import { closeProxies, startTcpProxy } from '../support/tcp-proxy';
import { runKeyRotation, signIn } from './support/instance-steps';
import { Recorded, Run } from './support/leaks';
import { becomes, named, postsOf, published, upload, write } from './support/posting';

const VERIFY = 'GET /api/v1/accounts/verify_credentials';
const STATUSES = 'POST /api/v1/statuses';
/** As much of a picture as anybody looks at. */
const PICTURE = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

let town: FakeInstance;
let url: string;
beforeAll(async () => {
  town = await startInstance();
  url = await migratedDatabase();
});
afterAll(async () => {
  await closeProxies();
  await stopInstances();
});

/** What the database holds of secrets, as it holds them. */
async function storedSecrets(): Promise<Record<string, string[]>> {
  const connection = await createConnection(url);
  const column = async (table: string, name: string): Promise<string[]> => {
    const [rows] = (await connection.query('SELECT ?? AS value FROM ??', [name, table])) as unknown as [
      { value: string }[],
    ];
    return rows.map(({ value }) => value);
  };
  const stored = {
    'a sealed token': await column('vedfolnir_platform_connections', 'access_token'),
    'a sealed secret of the app': await column('vedfolnir_oauth_apps', 'client_secret'),
    'a sealed code verifier': await column('vedfolnir_oauth_states', 'code_verifier'),
    'the hash of a password': await column('vedfolnir_users', 'password_hash'),
    'the hash of a secret': await column('vedfolnir_user_sessions', 'token_hash'),
  };
  await connection.end();
  return stored;
}

it('says no secret to anybody', async () => {
  const run = new Run();
  const [oldKey, newKey] = [encryptionKey(), encryptionKey()];
  const proxy = await startTcpProxy(Number(new URL(url).port));
  const through = Object.assign(new URL(url), { port: String(proxy.port) }).href;
  const env = { ...allowed(town), DATABASE_URL: through, LOG_LEVEL: 'trace' };
  const hideStored = async () => {
    for (const [what, values] of Object.entries(await storedSecrets())) run.hide(what, values);
  };
  const passwords = [`first ${randomUUID()}`, `second ${randomUUID()}`] as const;
  run.hide('a password', passwords);
  run.hide('a key', [oldKey, newKey]);
  const told = (name: string): string[] =>
    town.requests.map(({ fields }) => fields[name]).filter((value): value is string => typeof value === 'string');

  const first = await startNode({ ...env, ENCRYPTION_KEYS: oldKey });
  const client = new Recorded(first.url, run);
  const { username } = (await client.register({ password: passwords[0] })).body.user;
  const phone = new Recorded(first.url, run);
  expect((await phone.login({ username, password: passwords[0] })).status).toBe(200);
  const tabs = [await run.listen(client), await run.listen(phone)];

  // What a person types in the wrong place, or half.
  const broken = `{"username": "${username}", "password": "${passwords[0]}`;
  expect((await client.post('/api/auth/login', broken)).status).toBe(400);
  const stranger = new Recorded(first.url, run);
  expect((await stranger.login({ username: 'nobody', password: passwords[0] })).status).toBe(401);
  expect((await stranger.login({ username: passwords[0], password: 'x' })).status).toBe(401);

  // Signing in at the instance: it refuses to know us, then the code, with all that it was told in the refusal.
  const begin = { instance_url: town.url, platform_type: 'mastodon' };
  const start = () => client.post<ConnectStartView>('/api/platforms/connect', begin);
  const comeBack = (to: URL) => client.get(`${to.pathname}${to.search}`, { headers: { accept: 'text/html' } });
  town.fail('POST /api/v1/apps', { status: 422, body: { error: 'no' } });
  expect((await start()).status).toBe(502);
  const refused = await signIn((await start()).body.authorize_url, 'ada');
  const [app] = town.store.apps.values();
  const echo = { error: 'invalid_grant', error_description: `no ${refused.searchParams.get('code')} ${app!.secret}` };
  town.fail('POST /oauth/token', { status: 400, body: echo });
  await comeBack(refused);
  const returned = await signIn((await start()).body.authorize_url, 'ada');
  await comeBack(returned);
  const { platforms } = (await client.get<UserPlatformsView>('/api/user_platforms')).body;
  expect(platforms).toMatchObject([{ username: 'ada' }]);
  // One more stays open: its verifier is in the database.
  await start();
  await hideStored();

  // A pasted token, posts with and without an image, and what the account has posted elsewhere.
  const { platform, token, account } = await connectTo(client, town, 'Pasted');
  const image = await upload(client, platform, PICTURE, 'An image');
  const post = await write(client, platform, 'With an image', { media_ids: [image.body.id] });
  await published(client, platform, post.id);
  town.store.post(account, { status: `I have lost ${token}` }, null);
  expect((await client.post<ImportView>(`/api/platforms/${platform.id}/import`)).body.imported).toBe(1);
  const texts = (await postsOf(client, platform)).map(({ content }) => content);
  expect(texts).toContain('I have lost [secret]');

  // Every way to fail, with the token in it.
  const test = () => client.post(`/api/platforms/${platform.id}/test`);
  const error = `the token ${token} is odd`;
  town.fail(STATUSES, { status: 422, body: { error } });
  const failed = await write(client, platform, 'Not taken');
  await becomes(client, platform, failed.id, { status: 'failed', error: expect.stringContaining('[secret] is odd') });
  town.fail(VERIFY, { status: 403, body: { error, error_description: JSON.stringify({ token }) } });
  expect((await test()).body.error).toContain('[secret]');
  town.fail(VERIFY, { status: 500, body: { error } });
  town.fail(VERIFY, { status: 200, body: { id: { token }, username: token } });
  town.fail(VERIFY, { status: 302, headers: { location: `https://elsewhere.example/${token}` } });
  for (let time = 0; time < 3; time++) expect((await test()).status).toBe(502);
  const leaky = {
    id: account.id,
    username: account.username,
    display_name: token,
    avatar: `https://a.example/${token}`,
  };
  town.fail(VERIFY, { status: 200, body: leaky });
  expect((await test()).body).toMatchObject({ account: { display_name: '[secret]' } });
  town.fail(VERIFY, { status: 401, body: { error } });
  expect((await test()).body.error_code).toBe('PLATFORM_REJECTED');
  const odd = `${randomUUID()}\u20ac`;
  run.hide('a token that is none', [odd]);
  expect((await client.patch(`/api/platforms/${platform.id}`, { access_token: odd })).status).toBe(400);
  expect((await client.patch(`/api/platforms/${platform.id}`, { access_token: [odd] })).status).toBe(400);

  // A new password, the devices, and all that there is to read.
  const change = { current_password: passwords[0], new_password: passwords[1] };
  expect((await client.post('/api/auth/reauthenticate', { password: passwords[0] })).status).toBe(200);
  expect((await client.post('/api/auth/password', change)).status).toBe(200);
  expect((await phone.get('/api/session')).status).toBe(401);
  expect((await phone.login({ username, password: passwords[1] })).status).toBe(200);
  const read = async () => {
    const paths = [
      'session',
      'sessions',
      'user_platforms',
      'user_data',
      'platform_data',
      'platform_statistics',
      'audit',
    ];
    const admin = ['admin/sessions', 'admin/performance', 'admin/audit'];
    for (const path of [...paths, ...admin]) expect((await client.get(`/api/${path}`)).status).toBe(200);
    expect((await client.get('/metrics')).status).toBe(200);
    for (const page of ['', 'create_post', 'platforms', 'devices', 'activity', 'account', 'admin']) {
      expect((await client.get(`/${page}`, { headers: { accept: 'text/html' } })).status).toBe(200);
    }
  };
  await read();
  await hideStored();

  // New keys, with one secret that does not open; then revocation, and the database away.
  const connection = await createConnection(url);
  const swap =
    'UPDATE vedfolnir_platform_connections a, vedfolnir_platform_connections b SET a.access_token = b.access_token WHERE a.id = ? AND b.id = ?';
  await connection.execute(swap, [platforms[0]!.id, platform.id]);
  await connection.end();
  run.note('the log', first.output());
  await first.stop();
  const keys = { ...env, ENCRYPTION_KEYS: `${newKey},${oldKey}` };
  const rotation = await runKeyRotation(keys);
  expect(rotation).toMatchObject({ code: 1, output: expect.stringContaining(`access_token ${platforms[0]!.id}`) });
  run.note('the rotation', rotation.output);
  const second = await startNode(keys);
  await hideStored();
  const again = new Recorded(second.url, run);
  again.cookie = client.cookie;
  again.csrfToken = client.csrfToken;
  tabs.push(await run.listen(again));
  expect((await again.post(`/api/platforms/${platforms[0]!.id}/test`)).body.error_code).toBe('PLATFORM_REJECTED');
  const late = await startNodeDevice(second.url);
  expect((await again.delete(`/api/sessions/${late.session}`)).status).toBe(204);
  expect((await again.post('/api/sessions/end_others')).status).toBe(200);
  await late.tab.waitFor('session:ended');
  await proxy.close();
  await eventually(async () => expect((await again.get('/api/session')).status).toBe(503), { timeout: 20_000 });
  expect((await again.post('/api/posts', { content: 'x' }, named(platform.id, true))).status).toBe(503);
  expect((await again.login({ username, password: passwords[1] })).status).toBe(503);
  run.note('the log', second.output());
  await second.stop();

  // Each was there to be said: the instance was given it, or the server held it.
  const bearers = new Set(town.requests.map(({ headers }) => headers.authorization?.replace('Bearer ', '')));
  const tokens = [...town.store.tokens.keys()];
  expect([tokens.length, tokens.filter((each) => !bearers.has(each))]).toEqual([2, []]);
  run.hide('an access token', tokens);
  const [codes, verifiers, secrets] = ['code', 'code_verifier', 'client_secret'].map((name) => [
    ...new Set(told(name)),
  ]);
  expect([codes, verifiers, secrets].map((each) => each!.length)).toEqual([2, 2, 1]);
  expect(codes!.sort()).toEqual([refused, returned].map((to) => to.searchParams.get('code')).sort());
  expect(secrets).toEqual([app!.secret]);
  run.hide('an authorization code', codes!);
  run.hide('a code verifier', verifiers!);
  run.hide('the secret of the app', secrets!);
  const kinds = new Set(run.secrets.map(({ what }) => what));
  expect(kinds.size).toBe(14);
  expect(run.said.filter(({ where }) => where === 'a frame').length).toBeGreaterThan(20);
  expect(run.leaks()).toEqual([]);

  async function startNodeDevice(at: string) {
    const device = new Recorded(at, run);
    const session = (await device.login({ username, password: passwords[1] })).body.session.id;
    return { session, tab: await run.listen(device) };
  }
});
