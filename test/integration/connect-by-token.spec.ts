/** Connecting by a pasted token: what the instance is asked, what is stored, and what a person is told at which field. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErrorBody } from '../../src/protocol/errors';
import type { PlatformView, UserPlatformsView } from '../../src/protocol/http';
import { allowed, type FakeInstance, newAccount, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type App, closeApps, DATABASES, startApp } from './support/app';

const VERIFY = '/api/v1/accounts/verify_credentials';
const ACCOUNT = { id: '1', username: 'me' };

let app: App;
let town: FakeInstance;
let photos: FakeInstance;
let host: Server;
/** What the bare host answers; each test sets its own. */
let answer: RequestListener;
let asked: string[];

const bare = () => `127.0.0.1:${(host.address() as AddressInfo).port}`;

beforeAll(async () => {
  [town, photos] = await Promise.all([startInstance(), startInstance({ kind: 'pixelfed' })]);
  host = createServer((request, response) => {
    asked.push(request.url!.split('?')[0]!);
    answer(request, response);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const hosts = `${allowed(town, photos).ALLOW_PRIVATE_INSTANCES},${bare()},127.0.0.1:9`;
  app = await startApp(await DATABASES[0]![1](), { ALLOW_PRIVATE_INSTANCES: hosts });
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  host.close();
  await closeApps();
  await stopInstances();
});

/** Answers what is here, by path, and 404 to all else. */
function answering(paths: Record<string, { status?: number; json?: unknown; html?: string; location?: string }>) {
  answer = (request, response) => {
    const given = paths[request.url!.split('?')[0]!] ?? { status: 404, html: '<title>Not here</title>' };
    const { json, html = JSON.stringify(json ?? null), location } = given;
    const type = given.html === undefined ? 'application/json' : 'text/html';
    response.writeHead(given.status ?? (location ? 302 : 200), { 'content-type': type, ...(location && { location }) });
    response.end(html);
  };
}

async function person(): Promise<TestClient> {
  const client = new TestClient(app.url);
  await client.register();
  return client;
}
const connect = (client: TestClient, form: object) => client.post<PlatformView & ErrorBody>('/api/platforms', form);
const platformsOf = async (client: TestClient) =>
  (await client.get<UserPlatformsView>('/api/user_platforms')).body.platforms;

it('needs no more than the address and the token', async () => {
  const client = await person();
  const { token, account } = newAccount(town);
  const { status, body } = await connect(client, { instance_url: `@me@${town.host}`, access_token: token });
  const name = `@${account.username}@${town.host}`;
  expect([status, body]).toEqual([
    201,
    expect.objectContaining({ name, username: account.username, instance_url: town.url, platform_type: 'mastodon' }),
  ]);
});

it.each([
  ['pixelfed', 'mastodon'],
  ['mastodon', 'pixelfed'],
])('puts right that %s was taken for %s', async (kind, platform_type) => {
  const instance = kind === 'pixelfed' ? photos : town;
  const form = { instance_url: instance.url, platform_type, access_token: newAccount(instance).token };
  expect((await connect(await person(), form)).body.platform_type).toBe(kind);
});

it.each([
  ['2.7.2 (compatible; Pixelfed 0.12.4)', 'mastodon', 'pixelfed'],
  ['4.4.0', 'pixelfed', 'mastodon'],
  ['2.7.2 (compatible; Akkoma 3.10)', undefined, 'mastodon'],
  [undefined, 'pixelfed', 'pixelfed'],
  [undefined, undefined, 'mastodon'],
])('tells the kind by the version %s where there is no NodeInfo, else by what was said: %s', async (...each) => {
  const [version, platform_type, kind] = each;
  answering({ [VERIFY]: { json: ACCOUNT }, ...(version && { '/api/v1/instance': { json: { version } } }) });
  const { status, body } = await connect(await person(), { instance_url: bare(), platform_type, access_token: 't' });
  expect([status, body.username, body.platform_type]).toEqual([201, 'me', kind]);
});

describe('what does not work', () => {
  it.each<[string, number, object]>([
    ['a token that is none', 401, { error: 'The access token is invalid' }],
    ['a token that is none, as Pixelfed says it', 500, { error: 'Unauthenticated.' }],
    ['a token that is none, as snac says it', 422, { error: 'Unprocessable' }],
    ['an account that is not let in', 403, { error: 'Your login is currently disabled' }],
    ['a token without the permission', 403, { error: 'This action is outside the authorized scopes' }],
  ])('%s is said at the token, and nothing is stored', async (_, status, json) => {
    const client = await person();
    answering({ [VERIFY]: { status, json } });
    const { status: answered, body } = await connect(client, { instance_url: bare(), access_token: 't' });
    expect([answered, body.error_code, body.details]).toEqual([
      502,
      'PLATFORM_REJECTED',
      [{ field: 'access_token', message: body.error }],
    ]);
    // What other connections ask in the background is left aside.
    expect(asked.filter((path) => !path.endsWith('/statuses'))).toEqual([VERIFY]);
    expect(await platformsOf(client)).toEqual([]);
  });

  it.each<[string, Parameters<typeof answering>[0]]>([
    ['a host without an instance', {}],
    ['a host that answers everything with a page', { [VERIFY]: { html: '<title>Welcome</title>' } }],
    ['a host that sends everybody elsewhere', { [VERIFY]: { location: 'https://other.example/login' } }],
    ['an answer that cannot be read', { [VERIFY]: { json: { username: 'me' } } }],
    ['a host that fails', { [VERIFY]: { status: 500, json: {} } }],
    ['a host that limits the rate of requests', { [VERIFY]: { status: 429, json: {} } }],
  ])('%s is said at the address, and nothing is stored', async (_, paths) => {
    const client = await person();
    answering(paths);
    const form = { instance_url: bare(), access_token: newAccount(town).token };
    const { status, body } = await connect(client, form);
    expect([status, body.error_code, body.details]).toEqual([
      502,
      'PLATFORM_UNREACHABLE',
      [{ field: 'instance_url', message: body.error }],
    ]);
    expect(body.error).toContain(bare());
    expect(await platformsOf(client)).toEqual([]);
  });

  it('has a sentence of its own for a wrong token, a host that is none and one that is down', async () => {
    const client = await person();
    const wrong = await connect(client, { instance_url: town.host, access_token: 'wrong' });
    answering({});
    const none = await connect(client, { instance_url: bare(), access_token: 't' });
    const down = await connect(client, { instance_url: '127.0.0.1:9', access_token: 't' });
    expect([wrong, none, down].map(({ body }) => body.error)).toEqual([
      `${town.host} does not accept this access token`,
      `${bare()} is not an instance that can be connected: ${bare()} answered with a web page ("Not here"), status 404`,
      '127.0.0.1:9 cannot be reached. Is the address right, and is the instance up?',
    ]);
    expect(await platformsOf(client)).toEqual([]);
  });
});

describe('a domain whose accounts are on another host', () => {
  const WEBFINGER = '/.well-known/webfinger';
  const self = (href: string) => ({ json: { links: [{ rel: 'self', href }] } });

  it.each<[string, () => Parameters<typeof answering>[0]]>([
    ['its WebFinger names', () => ({ [WEBFINGER]: self(`${town.url}/users/me`) })],
    ['its WebFinger redirects to', () => ({ [WEBFINGER]: { location: `${town.url}${WEBFINGER}` } })],
    [
      'its NodeInfo redirects to',
      () => ({ '/.well-known/nodeinfo': { location: `${town.url}/.well-known/nodeinfo` } }),
    ],
  ])('is connected at the one that %s', async (_, paths) => {
    answering(paths());
    const form = { instance_url: `@me@${bare()}`, access_token: newAccount(town).token };
    const { status, body } = await connect(await person(), form);
    expect([status, body.instance_url]).toEqual([201, town.url]);
  });

  it('is signed in at that one', async () => {
    answering({ [WEBFINGER]: self(`${town.url}/users/me`) });
    const form = { instance_url: bare() };
    const { status, body } = await (await person()).post('/api/platforms/connect', form);
    expect([status, new URL(String(body.authorize_url)).origin]).toEqual([200, town.url]);
  });

  it('leads to no address that is not public', async () => {
    answering({ [WEBFINGER]: self('https://10.0.0.1/users/me') });
    const { status, body } = await connect(await person(), { instance_url: bare(), access_token: 't' });
    expect([status, body.error_code]).toEqual([400, 'VALIDATION_ERROR']);
  });
});

it('signs in at a Pixelfed that was taken for a Mastodon with the scopes that it knows', async () => {
  const form = { instance_url: photos.url, platform_type: 'mastodon' };
  const { status, body } = await (await person()).post('/api/platforms/connect', form);
  expect([status, new URL(String(body.authorize_url)).searchParams.get('scope')]).toEqual([200, 'read write']);
});

it('says at the address why nobody can sign in there', async () => {
  answering({});
  const { status, body } = await (await person()).post<ErrorBody>('/api/platforms/connect', { instance_url: bare() });
  expect([status, body.error_code, body.details?.[0]?.field]).toEqual([502, 'PLATFORM_UNREACHABLE', 'instance_url']);
});

describe('a new token', () => {
  it.each([
    ['that does not work', 'wrong', 'access_token'],
    ['while the instance is down', null, 'instance_url'],
  ])('%s is refused, and the old one stays', async (_, access_token, field) => {
    const client = await person();
    const { token } = newAccount(town);
    const { body: platform } = await connect(client, { instance_url: town.url, access_token: token });
    if (access_token === null) await town.stop();
    const refused = await client.patch<ErrorBody>(`/api/platforms/${platform.id}`, {
      access_token: access_token ?? 'any',
    });
    await town.listen().catch(() => undefined);
    expect([refused.status, refused.body.details?.[0]?.field]).toEqual([502, field]);
    expect((await client.get(`/api/platforms/${platform.id}`)).body).toEqual(platform);
  });
});
