/** The command line, on the database of a server that runs: what it does reaches the open tabs. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCli } from '../../src/cli/program';
import { encryptionKey } from '../support/backends';
import { TestClient } from '../support/http-client';
import { temporaryFolder } from '../support/processes';
import { startRedis } from '../support/services';
import { openTab } from '../support/socket-client';
import { ANY_DATABASE, type App, closeApps, startApp } from './support/app';
import { storeConnection } from './support/stored-connection';

/** Another process would learn nothing by an event; neither does this one, whose commands have events of their own. */
async function cli(env: NodeJS.ProcessEnv, args: string[], answer?: string) {
  const said: string[] = [];
  const ask = answer === undefined ? null : async () => answer;
  const code = await runCli(args, env, { write: (text) => void said.push(text), ask });
  return { code, output: said.join('') };
}

const NEW_PASSWORD = 'another long sentence';

describe.each(ANY_DATABASE)('on %s', (_name, create) => {
  let app: App;
  let env: NodeJS.ProcessEnv;
  let admin: TestClient;

  beforeAll(async () => {
    const [DATABASE_URL, ENCRYPTION_KEYS] = [await create(), encryptionKey()];
    env = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      DATABASE_URL,
      ENCRYPTION_KEYS,
      PUBLIC_ORIGIN: 'https://social.example',
    };
    app = await startApp(DATABASE_URL, { ENCRYPTION_KEYS, REGISTRATION: 'closed' });
    admin = new TestClient(app.url);
    await admin.register({ username: 'first' });
  });
  afterAll(closeApps);

  const signIn = async (username: string, password = NEW_PASSWORD) => {
    const client = new TestClient(app.url);
    expect((await client.login({ username, password })).status).toBe(200);
    return client;
  };
  const linkOf = (output: string) => /https:\/\/social\.example\/reset#(\S{43})/.exec(output)?.[1] ?? '';

  it('lets a second person in where registration is closed, by a link that is good once', async () => {
    const made = await cli(env, ['user:create', 'second', 'second@example.org']);
    expect(made).toMatchObject({ code: 0, output: expect.stringContaining('role: user') });
    const token = linkOf(made.output);
    const redeem = () => new TestClient(app.url).post('/api/auth/reset', { token, new_password: NEW_PASSWORD });
    expect((await redeem()).status).toBe(200);
    const again = await redeem();
    expect(again).toMatchObject({
      status: 400,
      body: { error_code: 'VALIDATION_ERROR', details: [{ field: 'token' }] },
    });
    await signIn('second');
  });

  it('gives a forgotten password a new one, which ends all sessions; a link is good for a day', async () => {
    const client = await signIn('second');
    const tab = await openTab({ url: app.url, cookie: client.cookie });
    const first = linkOf((await cli(env, ['user:reset-password', 'second@example.org'])).output);
    const token = linkOf((await cli(env, ['user:reset-password', 'second'])).output);
    const redeem = (body: object) => new TestClient(app.url).post('/api/auth/reset', body);
    expect((await redeem({ token: first, new_password: NEW_PASSWORD })).status).toBe(400);
    expect((await client.get('/api/session')).status).toBe(200);
    app.clock.advance(25 * 3_600_000);
    expect((await redeem({ token, new_password: NEW_PASSWORD })).status).toBe(400);
    app.clock.advance(-25 * 3_600_000);
    expect((await redeem({ token, new_password: `${NEW_PASSWORD} 2` })).status).toBe(200);
    expect(await tab.waitFor('session:ended')).toMatchObject({ reason: 'password_changed' });
    expect((await client.get('/api/session')).status).toBe(401);
    const last = linkOf((await cli(env, ['user:reset-password', 'second'])).output);
    await redeem({ token: last, new_password: NEW_PASSWORD });
  });

  it('makes an administrator, whose open tab learns of it; the last one stays', async () => {
    const client = await signIn('second');
    const tab = await openTab({ url: app.url, cookie: client.cookie });
    await tab.waitFor('session:state');
    expect((await client.get('/api/admin/sessions')).status).toBe(403);
    expect((await cli(env, ['user:role', 'second', 'admin'])).code).toBe(0);
    await tab.waitFor('session:state', ({ user }) => user.role === 'admin');
    expect((await client.get('/api/admin/sessions')).status).toBe(200);
    expect((await cli(env, ['user:role', 'first', 'user'])).code).toBe(0);
    const last = await cli(env, ['user:disable', 'second', '--yes']);
    expect(last).toEqual({ code: 1, output: expect.stringMatching(/^"second" is the last administrator.*\n$/) });
    expect((await cli(env, ['user:role', 'first', 'admin'])).code).toBe(0);
  });

  it('asks before it ends anything, and the tabs are told', async () => {
    const client = await signIn('second');
    const tab = await openTab({ url: app.url, cookie: client.cookie });
    const unasked = await cli(env, ['sessions:end', 'second']);
    expect(unasked).toEqual({ code: 1, output: expect.stringContaining('say --yes') });
    expect(await cli(env, ['sessions:end', 'second'], 'no')).toEqual({ code: 1, output: 'Nothing was done\n' });
    expect((await client.get('/api/session')).status).toBe(200);
    const { code, output } = await cli(env, ['sessions:end', 'second', '--json'], 'y');
    expect([code, Object.keys(JSON.parse(output))]).toEqual([0, ['sessions ended']]);
    expect(await tab.waitFor('session:ended')).toMatchObject({ reason: 'revoked_by_admin' });
    expect((await client.get('/api/session')).status).toBe(401);
  });

  it('shuts a person out and lets them in again', async () => {
    const client = await signIn('second');
    const tab = await openTab({ url: app.url, cookie: client.cookie });
    expect((await cli(env, ['user:disable', 'second', '--yes'])).code).toBe(0);
    expect(await tab.waitFor('session:ended')).toMatchObject({ reason: 'user_disabled' });
    expect((await client.login({ username: 'second', password: NEW_PASSWORD })).status).toBe(401);
    expect((await cli(env, ['user:enable', 'second'])).code).toBe(0);
    await signIn('second');
  });

  it('tells why a tab shows what it shows', async () => {
    const { output } = await cli(env, ['user:show', 'second', '--json']);
    const { revision, sessions, events } = JSON.parse(output);
    expect(revision).toBeGreaterThan(0);
    expect(sessions[0]).toMatchObject({ pinned: false, platform: null, ended: null });
    expect(events.map(({ event }: { event: string }) => event)).toContain('session_ended (user_disabled)');
    expect((await cli(env, ['user:show', 'second'])).output).toContain('session_ended (revoked_by_admin)');
  });

  it('lists accounts as a table and as JSON, and the tables that it has migrated', async () => {
    const { output } = await cli(env, ['user:list']);
    expect(output).toMatch(/^ID +USERNAME +EMAIL +ROLE +ACTIVE\n1 +first +/);
    const json = JSON.parse((await cli(env, ['user:list', '--json'])).output);
    expect(json).toMatchObject([{ username: 'first' }, { username: 'second', role: 'admin', active: true }]);
    expect((await cli(env, ['migrate'])).output).toContain('VedfolnirPasswordResets');
  });

  it('finds nothing wrong where nothing is', async () => {
    const { code, output } = await cli(env, ['doctor', '--json']);
    const findings = JSON.parse(output) as { check: string; state: string }[];
    expect(code).toBe(0);
    const good = ['database', 'tables', 'keys', 'instances', 'Redis'];
    expect(findings.filter(({ state }) => state === 'ok').map(({ check }) => check)).toEqual(
      expect.arrayContaining(good),
    );
  });
});

it('doctor says what to do about keys, Redis and settings', async () => {
  const url = `sqlite:${join(temporaryFolder(), 'test.sqlite')}`;
  await storeConnection(url, encryptionKey());
  const redis = await startRedis();
  const { createClient } = await import('redis');
  const client = createClient({ url: redis.url });
  await client.connect();
  await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
  client.destroy();
  const env = { NODE_ENV: 'test', DATABASE_URL: url, REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey() };
  const { code, output } = await cli(env, ['doctor']);
  expect(code).toBe(1);
  expect(output).toMatch(/keys +bad +1 access tokens open with none of ENCRYPTION_KEYS: add their key/);
  expect(output).toMatch(/Redis +bad +REDIS_URL leads to a read-only replica: name the primary/);
  expect(await cli({ ...env, PORT: '99999' }, ['doctor'])).toEqual({
    code: 1,
    output: expect.stringContaining('PORT must be'),
  });
  expect((await cli(env, ['keys:rotate', '--discard', '--yes'])).output).toContain('discarded: 1');
  expect((await cli(env, ['doctor'])).output).toMatch(/instances +warning +refuse 1 connections/);
});

it('says in one sentence that the database cannot be reached', async () => {
  const env = { NODE_ENV: 'test', DATABASE_URL: 'mysql://u:p@127.0.0.1:1/x', ENCRYPTION_KEYS: encryptionKey() };
  for (const command of ['user:list', 'migrate']) {
    expect(await cli(env, [command])).toEqual({
      code: 1,
      output: 'DATABASE_URL: 127.0.0.1:1 cannot be reached (ECONNREFUSED): is it started, and is the address right?\n',
    });
  }
});

it('explains itself', async () => {
  const { code, output } = await cli({}, ['--help']);
  expect(code).toBe(0);
  for (const name of [
    'user:create',
    'user:reset-password',
    'user:role',
    'user:disable',
    'sessions:end',
    'migrate',
    'keys:rotate',
    'doctor',
  ]) {
    expect(output).toContain(name);
  }
  expect((await cli({}, ['user:creat'])).output).toContain('Did you mean user:create?');
});

it('is a program of its own', async () => {
  const main = join(__dirname, '../../dist/src/cli/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'doctor', '--json'], {
    cwd: temporaryFolder(),
  });
  expect(JSON.parse(stdout)).toEqual(expect.arrayContaining([expect.objectContaining({ check: 'disk' })]));
});
