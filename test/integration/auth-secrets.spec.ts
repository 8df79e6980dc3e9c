/** What is kept of a secret, what is said of an account by the clock, and which settings are refused. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { loadConfig } from '../../src/settings/environment';
import { encryptionKey } from '../support/backends';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { createDatabase } from '../support/services';
import { sharedInstanceUrl } from '../support/shared-instances';
import { secretOf } from './support/attack';

const ACCESS_TOKEN = 'access-token-b5b1a4d2c9e84f7a';
const PASSWORD = 'a pass phrase that is nowhere else';

/** Signs in twice and connects a platform; answers what must be found nowhere. */
async function live(node: ServerNode) {
  const person = new TestClient(node.url);
  await person.register({ password: PASSWORD });
  const connection = {
    name: 'A',
    platform_type: 'mastodon',
    instance_url: sharedInstanceUrl(),
    access_token: ACCESS_TOKEN,
  };
  expect((await person.post('/api/platforms', connection)).status).toBe(201);
  const device = person.device();
  await device.login();
  await person.post('/api/auth/login', { username: 'nobody', password: PASSWORD });
  const secrets = [secretOf(person), secretOf(device)];
  return { secrets, never: [...secrets, ACCESS_TOKEN, PASSWORD, person.csrfToken!, device.csrfToken!] };
}

function expectAbsent(haystack: Buffer, needles: string[]): void {
  for (const needle of needles) {
    const spellings = [
      needle,
      Buffer.from(needle).toString('hex'),
      Buffer.from(needle).toString('base64').slice(0, -4),
    ];
    for (const spelling of spellings) expect([spelling, haystack.includes(spelling)]).toEqual([spelling, false]);
  }
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

it('keeps no secret in the file of SQLite, only its SHA-256, and writes none into the log', async () => {
  const node = await startNode({ DATABASE_URL: 'sqlite:data/test.sqlite', LOG_LEVEL: 'trace' });
  const { secrets, never } = await live(node);
  const folder = join(node.cwd, 'data');
  const files = () => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  const whileOpen = files();
  for (const secret of secrets) expect(whileOpen.includes(hashOf(secret))).toBe(true);
  expectAbsent(whileOpen, never);
  await node.stop();
  expectAbsent(files(), never);
  expectAbsent(Buffer.from(node.output()), [...never, ...secrets.map(hashOf), '$argon2']);
});

it('keeps no secret in the tables of MariaDB, only its SHA-256', async () => {
  const url = await createDatabase();
  const node = await startNode({ DATABASE_URL: url, ENCRYPTION_KEYS: encryptionKey() });
  const { secrets, never } = await live(node);
  const connection = await createConnection(url);
  const [tables] = (await connection.query('SHOW TABLES')) as unknown as [Record<string, string>[]];
  const dump: unknown[] = [];
  for (const table of tables.flatMap((row) => Object.values(row))) {
    dump.push((await connection.query('SELECT * FROM ??', [table]))[0]);
  }
  await connection.end();
  const text = JSON.stringify(dump);
  for (const secret of secrets) expect(text).toContain(hashOf(secret));
  expectAbsent(Buffer.from(text), never);
  await node.stop();
});

it('takes as long for a stranger as for a wrong password', async () => {
  // Not a shared one: what waits there for other suites would hide the difference.
  const node = await startNode();
  const person = new TestClient(node.url);
  const { username } = (await person.register()).body.user;
  const attempt = async (login: string) => {
    const started = performance.now();
    const { status } = await new TestClient(node.url).login({ username: login, password: 'wrong password' });
    expect(status).toBe(401);
    return performance.now() - started;
  };
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  await attempt(username);
  await attempt('warm-up');
  for (let index = 0; index < 25; index++) {
    times.known.push(await attempt(username));
    times.unknown.push(await attempt(`nobody${index}`));
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const [known, unknown] = [median(times.known), median(times.unknown)];
  expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(2);
  await node.stop();
});

describe('a configuration is refused', () => {
  const production = { NODE_ENV: 'production', RATE_LIMITS: 'on', ENCRYPTION_KEYS: encryptionKey() };

  it.each<[string, Record<string, string | undefined>, string]>([
    ['an exception that is no host:port', { ALLOW_PRIVATE_INSTANCES: 'localhost' }, 'is not host:port'],
    ['in production without limits', { ...production, RATE_LIMITS: 'off' }, 'RATE_LIMITS=off is refused'],
    ['in production without keys', { ...production, ENCRYPTION_KEYS: undefined }, 'ENCRYPTION_KEYS is required'],
    ['with an empty key', { ENCRYPTION_KEYS: ',' }, 'ENCRYPTION_KEYS must be'],
    ['with a short key', { ENCRYPTION_KEYS: Buffer.alloc(16).toString('base64') }, 'ENCRYPTION_KEYS must be'],
    ['with an origin that is none', { PUBLIC_ORIGIN: 'social.example' }, 'PUBLIC_ORIGIN must be'],
    ['with every origin allowed', { ALLOWED_ORIGINS: '*' }, 'ALLOWED_ORIGINS must be'],
    ['with the null origin allowed', { ALLOWED_ORIGINS: 'null' }, 'ALLOWED_ORIGINS must be'],
    ['with a session that never ends', { SESSION_LIFETIME: '0s' }, 'SESSION_LIFETIME must be'],
    ['with endless proxies', { TRUST_PROXY: 'true' }, 'TRUST_PROXY must be'],
    ['with a word for registration that it does not know', { REGISTRATION: 'maybe' }, 'REGISTRATION must be'],
  ])('%s', (_, env, message) => {
    expect(() => loadConfig({ NODE_ENV: 'test', RATE_LIMITS: 'off', ...env })).toThrow(message);
  });
});

it('makes its own key where it may, readable by itself alone, and starts with the limits on by default', async () => {
  const node = await startNode({ RATE_LIMITS: undefined });
  const key = readFileSync(join(node.cwd, 'data/encryption.key'), 'utf8');
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
  await node.stop();
});
