/** New keys while everything is served; and what does not open says which it is, not what is in it. */
import { Logger } from '@nestjs/common';
import { OAuthApp } from '../../src/database/entities/oauth-app.entity';
import { OAuthState } from '../../src/database/entities/oauth-state.entity';
import { PlatformConnection } from '../../src/database/entities/platform-connection.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { rotateKeys } from '../../src/platform/keys/key-rotation';
import { accessTokenPlace, TokenCipher } from '../../src/platform/token-cipher';
import type { ConnectStartView, PlatformView } from '../../src/protocol/http';
import { loadConfig } from '../../src/settings/environment';
import { encryptionKey } from '../support/backends';
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
import { startNode } from '../support/server';
import { migratedDatabase } from '../support/services';
import { sharedInstanceUrl } from '../support/shared-instances';
import { ANY_DATABASE, type App, closeApps, DATABASES, startApp } from './support/app';
import { runKeyRotation, signIn } from './support/instance-steps';
import { published, write } from './support/posting';
import { withRows } from './support/sealed-rows';

const CREDENTIALS = 'GET /api/v1/accounts/verify_credentials';

let town: FakeInstance;
beforeAll(async () => {
  town = await startInstance({ rateLimits: PLENTY });
});
afterAll(async () => {
  await closeApps();
  await stopInstances();
});

describe.each(ANY_DATABASE)('%s', (_, database) => {
  it('rotates under load: no failed read, nothing left on the old key', async () => {
    const [old, fresh] = [encryptionKey(), encryptionKey()];
    const base = { DATABASE_URL: await database(), ...allowed(town) };
    const before = await startNode({ ...base, ENCRYPTION_KEYS: old });
    const client = new TestClient(before.url);
    await client.register();
    const tokens: string[] = [];
    const accounts: Awaited<ReturnType<typeof connectTo>>['account'][] = [];
    const platforms: PlatformView[] = [];
    for (let index = 0; index < 5; index++) {
      const { platform, token, account } = await connectTo(client, town, `Town ${index}`);
      platforms.push(platform);
      accounts.push(account);
      tokens.push(token);
    }
    let other = client;
    // More than one batch of the rotation, of several people: one has a hundred connections at most.
    for (let index = 0; index < 110; index++) {
      if (index % 60 === 0) {
        other = new TestClient(before.url);
        await other.register();
      }
      const form = {
        name: `n${index}`,
        platform_type: 'mastodon',
        instance_url: sharedInstanceUrl(),
        access_token: `t${index}`,
      };
      expect((await other.post('/api/platforms', form)).status).toBe(201);
    }
    const begin = { instance_url: town.url, platform_type: 'mastodon' };
    expect((await client.post('/api/platforms/connect', begin)).status).toBe(200);
    await before.stop();

    const both = { ...base, ENCRYPTION_KEYS: `${fresh},${old}` };
    const during = await startNode(both);
    const caller = client.at(during.url);
    let rotating = true;
    let reads = 0;
    const load = platforms.slice(1).map(async ({ id }) => {
      while (rotating) {
        expect((await caller.post(`/api/platforms/${id}/test`)).status).toBe(200);
        reads++;
      }
    });
    // One of them gets a new token at this very time, and keeps it.
    const renewed = town.store.issueToken(accounts[0]!);
    const renewing = caller.patch(`/api/platforms/${platforms[0]!.id}`, { access_token: renewed });
    const { code, output } = await runKeyRotation(both);
    rotating = false;
    await Promise.all(load);
    expect([code, output]).toEqual([0, expect.stringMatching(/^rotated: 11\d\n/)]);
    expect((await renewing).status).toBe(200);
    expect(reads).toBeGreaterThan(0);
    for (const token of tokens) expect(output + during.output()).not.toContain(token);
    expect((await runKeyRotation(both)).output).toMatch(/^rotated: 0\n/);
    await during.stop();

    const only = { ...base, ENCRYPTION_KEYS: fresh };
    await withRows(only, async (work) => {
      const rows = await work.read((em) => em.find(PlatformConnection));
      const apps = await work.read((em) => em.find(OAuthApp));
      const cipher = new TokenCipher(loadConfig(only));
      expect([rows.length, apps.length]).toEqual([115, 1]);
      const sealed = [...rows.map(({ accessToken }) => accessToken), ...apps.map(({ clientSecret }) => clientSecret)];
      expect(sealed.filter((text) => !cipher.isNewest(text))).toEqual([]);
      const open = (row: PlatformConnection) => cipher.unseal(row.accessToken, accessTokenPlace(row));
      expect(open(rows[0]!)).toBe(renewed);
      expect(rows.slice(1, 5).map(open)).toEqual(tokens.slice(1));
    });
    const after = await startNode(only);
    expect((await client.at(after.url).post(`/api/platforms/${platforms[4]!.id}/test`)).status).toBe(200);
    await after.stop();
  });

  it('does not open what was altered, or put in the place of another', async () => {
    const env = { DATABASE_URL: await database(), ENCRYPTION_KEYS: encryptionKey(), ...allowed(town) };
    const node = await startNode(env);
    const client = new TestClient(node.url);
    await client.register();
    const connected = [];
    for (const name of ['one', 'two', 'three']) connected.push(await connectTo(client, town, name));
    const [one, two, three] = connected.map(({ platform }) => platform.id) as [number, number, number];
    await withRows(env, (work) =>
      work.write(async ({ em }) => {
        const sealed = async (id: number) => (await em.findOneByOrFail(PlatformConnection, { id })).accessToken;
        const [first, second, third] = [await sealed(one), await sealed(two), await sealed(three)];
        await em.update(PlatformConnection, { id: one }, { accessToken: second });
        await em.update(PlatformConnection, { id: two }, { accessToken: first });
        const altered = `${third.slice(0, -6)}${third.at(-6) === 'A' ? 'B' : 'A'}${third.slice(-5)}`;
        await em.update(PlatformConnection, { id: three }, { accessToken: altered });
      }),
    );
    const rotation = await runKeyRotation({ ...env, ENCRYPTION_KEYS: `${encryptionKey()},${env.ENCRYPTION_KEYS}` });
    expect(rotation.code).toBe(1);
    for (const id of [one, two, three]) {
      expect(rotation.output).toContain(`platform_connections.access_token ${id}`);
      const tested = await client.post(`/api/platforms/${id}/test`);
      expect([tested.status, tested.body.error_code]).toEqual([502, 'PLATFORM_REJECTED']);
      expect((await client.get<PlatformView>(`/api/platforms/${id}`)).body.needs_reconnect).toBe(true);
    }
    // A row that was given to somebody else opens for nobody.
    const thief = new TestClient(node.url);
    const { id: thiefId } = (await thief.register()).body.user;
    const { platform: four } = await connectTo(client, town, 'four');
    await withRows(env, (work) =>
      work.write(({ em }) => em.update(PlatformConnection, { id: four.id }, { userId: thiefId })),
    );
    expect((await thief.post(`/api/platforms/${four.id}/test`)).body.error_code).toBe('PLATFORM_REJECTED');

    for (const { token } of connected) expect(rotation.output + node.output()).not.toContain(token);
    await node.stop();
  });

  it('does not open what was put into another column, and goes on without it where it can', async () => {
    const env = { DATABASE_URL: await database(), ENCRYPTION_KEYS: encryptionKey(), ...allowed(town) };
    const node = await startNode(env);
    const client = new TestClient(node.url);
    await client.register();
    const { platform, token } = await connectTo(client, town, 'one');
    const begin = { instance_url: town.url, platform_type: 'mastodon' };
    const start = async () => (await client.post<ConnectStartView>('/api/platforms/connect', begin)).body.authorize_url;
    const comeBack = async (authorizeUrl: string) => {
      const { pathname, search } = await signIn(authorizeUrl, 'ada');
      const { headers } = await client.get(`${pathname}${search}`, { headers: { accept: 'text/html' } });
      return /vedfolnir_flash=(\w+)/.exec(String(headers['set-cookie']))?.[1];
    };
    const authorizeUrl = await start();
    const secrets = [token, ...[...town.store.apps.values()].map(({ secret }) => secret)];
    const { appKey, stateHash } = await withRows(env, (work) =>
      work.write(async ({ em }) => {
        const [app] = await em.find(OAuthApp);
        const [state] = await em.find(OAuthState);
        const { accessToken } = await em.findOneByOrFail(PlatformConnection, { id: platform.id });
        await em.update(PlatformConnection, { id: platform.id }, { accessToken: app!.clientSecret });
        await em.update(OAuthApp, { appKey: app!.appKey }, { clientSecret: state!.codeVerifier });
        await em.update(OAuthState, { stateHash: state!.stateHash }, { codeVerifier: accessToken });
        return { appKey: app!.appKey, stateHash: state!.stateHash };
      }),
    );
    expect(await comeBack(authorizeUrl)).toBe('PLATFORM_REJECTED');
    expect((await client.post(`/api/platforms/${platform.id}/test`)).body.error_code).toBe('PLATFORM_REJECTED');
    // The secret of the app is lost: we introduce ourselves anew, and people can sign in again.
    expect(await comeBack(await start())).toBe('PLATFORM_CONNECTED');
    const said = node.output();
    for (const place of [
      `platform_connections.access_token ${platform.id}`,
      `oauth_apps.client_secret ${appKey}`,
      `oauth_states.code_verifier ${stateHash}`,
    ]) {
      expect(said).toContain(`The secret of ${place} cannot be opened`);
    }
    for (const secret of secrets) expect(said).not.toContain(secret);
    await node.stop();
  });
});

it('leaves alone what only another node has the key to, and says which it is', async () => {
  const said = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
  const [old, fresh, url] = [encryptionKey(), encryptionKey(), await migratedDatabase()];
  const behind = await startApp(url, { ...allowed(town), ENCRYPTION_KEYS: old });
  const ahead = await startApp(url, { ...allowed(town), ENCRYPTION_KEYS: `${fresh},${old}` });
  const client = new TestClient(ahead.url);
  await client.register();
  const { account, token } = newAccount(town);
  const form = { name: 'Town', platform_type: 'mastodon', instance_url: town.url, access_token: token };
  const platform = (await client.post<PlatformView>('/api/platforms', form)).body;
  const there = client.at(behind.url);
  const tested = await there.post(`/api/platforms/${platform.id}/test`);
  expect([tested.status, tested.body.error_code]).toEqual([502, 'PLATFORM_UNREACHABLE']);
  expect((await there.get<PlatformView>(`/api/platforms/${platform.id}`)).body.needs_reconnect).toBe(false);
  expect(JSON.stringify(said.mock.calls)).toContain(`platform_connections.access_token ${platform.id} was sealed with`);
  expect((await client.post(`/api/platforms/${platform.id}/test`)).status).toBe(200);
  const post = await write(there, platform, 'Taken by whoever has the key');
  // Whatever it has begun with the post, it gives back.
  await behind.close();
  await published(client, platform, post.id, 60_000);
  expect(town.statuses.filter(({ accountId }) => accountId === account.id)).toHaveLength(1);
  said.mockRestore();
});

describe.each(DATABASES)('%s, and a refusal that comes late', (_, database) => {
  const [old, fresh] = [encryptionKey(), encryptionKey()];
  let app: App;
  beforeAll(async () => {
    app = await startApp(await database(), { ...allowed(town), ENCRYPTION_KEYS: `${fresh},${old}` });
  });

  /** A connection sealed with the old key, whose token is refused; the answer that says so is held back. */
  async function refusedLate() {
    const client = new TestClient(app.url);
    await client.register();
    const { platform, account, token } = await connectTo(client, town);
    const { id } = platform;
    const work = app.get(UnitOfWork);
    const row = () => work.read((em) => em.findOneByOrFail(PlatformConnection, { id }));
    const behind = new TokenCipher(loadConfig({ NODE_ENV: 'test', ENCRYPTION_KEYS: old }));
    const accessToken = behind.seal(token, accessTokenPlace(await row()));
    await work.write(({ em }) => em.update(PlatformConnection, { id }, { accessToken }));
    town.store.tokens.delete(token);
    let release = () => {};
    town.fail(CREDENTIALS, { until: new Promise<void>((resolve) => (release = resolve)) });
    const asked = town.count(CREDENTIALS);
    const testing = client.post(`/api/platforms/${id}/test`);
    await eventually(() => expect(town.count(CREDENTIALS)).toBe(asked + 1));
    const answer = async () => {
      release();
      expect((await testing).body.error_code).toBe('PLATFORM_REJECTED');
    };
    return { client, account, accessToken, work, row, answer, id };
  }

  it('is noted where the token was sealed anew meanwhile', async () => {
    const { work, row, answer, accessToken } = await refusedLate();
    expect((await rotateKeys(work, app.get(TokenCipher))).rotated).toBeGreaterThan(0);
    expect((await row()).accessToken).not.toBe(accessToken);
    await answer();
    expect((await row()).needsReconnect).toBe(true);
  });

  it('is not held against a new token', async () => {
    const { client, account, row, answer, id } = await refusedLate();
    const access_token = town.store.issueToken(account);
    expect((await client.patch(`/api/platforms/${id}`, { access_token })).status).toBe(200);
    await answer();
    expect((await row()).needsReconnect).toBe(false);
    expect((await client.post(`/api/platforms/${id}/test`)).status).toBe(200);
  });
});
