/**
 * Random input at every interface: the server stays up, never fails with an internal error, and other users are
 * unaffected.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { createClient } from 'redis';
import type { Socket } from 'socket.io-client';
import { ERRORS, type ErrorBody } from '../../src/protocol/errors';
import { nameOf, ROUTE_RULES, sampleOf } from '../attacks/support/route-rules';
import { belongings } from '../integration/support/attack';
import { type Household, household } from '../integration/support/household';
import { rawSocket } from '../integration/support/raw-socket';
import { startCluster } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import type { ServerNode } from '../support/server';
import { type Redis, startRedis } from '../support/services';
import { closeTabs, openTab, type Tab } from '../support/socket-client';
import { changed, changes, frame, HEADER_NAMES, headerText, mutated, odd, seldom } from './support/arbitraries';

/** Part of each test's title; the short form repeats the same cases, `SEED=` repeats others. */
const SEED = Number(process.env.SEED ?? (FULL ? Date.now() % 1_000_000 : 1));
const REQUESTS = FULL ? 30_000 : 300;
const SOCKETS = FULL ? 2000 : 60;
const MESSAGES = FULL ? 20_000 : 1000;
const LARGEST_GROWTH_MB = 128;

const FAULTS_OF_OURS = Object.entries(ERRORS).flatMap(([code, { status }]) => (status >= 500 ? code : []));

/** Any value as text, even one without a callable toString. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

let redis: Redis;
let node: ServerNode;
let stop: () => Promise<void>;
let bystander: Household;
let bystandersTab: Tab;
let before: unknown;

beforeAll(async () => {
  redis = await startRedis();
  const cluster = await startCluster(1, { REDIS_URL: redis.url });
  [node, stop] = [cluster.nodes[0]!, cluster.stop];
  bystander = await household(node.url);
  before = await belongings(bystander.client);
});
afterAll(async () => {
  closeTabs();
  await stop();
  await redis.stop();
});

let saidBefore = 0;
let residentBefore: number;
const residentMb = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${node.pid}/status`, 'utf8'))![1]) / 1024;

beforeEach(async () => {
  bystandersTab = await openTab(bystander.client);
  residentBefore = residentMb();
});
afterEach(async () => {
  expect((await bystandersTab.sync()).user.id).toBe(bystander.user);
  expect(await belongings(bystander.client)).toEqual(before);
  // The server has logged no error, not even one behind another response.
  const said = node.output().slice(saidBefore);
  saidBefore += said.length;
  expect(said.match(/.*"level":[56]0.*/g)).toBeNull();
  expect(residentMb() - residentBefore).toBeLessThan(LARGEST_GROWTH_MB);
  closeTabs();
});

const routes = Object.keys(ROUTE_RULES).map((name) => {
  const [method, path] = name.split(' ') as [string, string];
  return { method, path };
});

it(`answers random requests with a row of the table that blames the caller (seed ${SEED})`, async () => {
  let home = await household(node.url);
  const isWhole = async () => (await home.client.get('/api/session')).status === 200;
  const request = fc.record({
    route: fc.constantFrom(...routes),
    noise: fc.dictionary(fc.constantFrom(...HEADER_NAMES), headerText, { maxKeys: 3 }),
    cookie: seldom(fc.oneof(headerText, mutated(home.client.cookie))),
    path: seldom(fc.string({ unit: 'binary', maxLength: 50 })),
    query: seldom(fc.dictionary(fc.constantFrom('limit', 'before_id', 'page', 'q', 'user_id', '__proto__'), odd)),
    changes,
    instead: seldom(
      fc.oneof(
        fc.json({ maxDepth: 2 }),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      ),
    ),
  });

  const property = fc.asyncProperty(request, async ({ route, noise, cookie, path, query, changes, instead }) => {
    const sample = sampleOf(home, route);
    const isForm = Buffer.isBuffer(sample.body);
    const place = path === null ? sample.path : sample.path.replace(/[^/]+$/, encodeURIComponent(path.toWellFormed()));
    const pairs = Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, textOf(value)]);
    const asked = `?${new URLSearchParams(pairs)}`;
    const headers = { ...sample.headers, ...noise, ...(cookie !== null && { cookie }) };
    const body = instead ?? (isForm ? sample.body : changed(sample.body, changes));
    const sent = route.method === 'GET' ? undefined : body;
    const answer = await home.client.request(route.method, place + asked, { body: sent, headers });
    const { error_code } = answer.body as Partial<ErrorBody>;
    const isInstances = error_code === 'PLATFORM_UNREACHABLE' || error_code === 'PLATFORM_REJECTED';
    const what = `${nameOf(route)} ${answer.status} ${answer.text.slice(0, 200)}`;
    expect([what, answer.status < 500 || isInstances]).toEqual([what, true]);
    if (answer.status >= 400 && error_code) expect(answer.status).toBe(ERRORS[error_code].status);
    if (!(await isWhole())) home = await household(node.url, new TestClient(node.url));
  });
  await fc.assert(property, { numRuns: REQUESTS, seed: SEED, endOnFailure: true });
}, 3_600_000);

it(`takes random frames, or closes the socket that they came by (seed ${SEED})`, async () => {
  const { client } = await household(node.url);
  const frames = fc.sample(fc.array(frame, { minLength: 5, maxLength: 20 }), { numRuns: SOCKETS, seed: SEED });
  const auths = fc.sample(fc.oneof(fc.dictionary(fc.constantFrom('tab_id', 'x'), odd), odd), {
    numRuns: SOCKETS,
    seed: SEED,
  });
  const good = ['40', '40{"tab_id":"fuzz"}', '40{}'];
  for (let index = 0; index < frames.length; index += 30) {
    const burst = frames.slice(index, index + 30).map((each, offset) => {
      const handshake = [...good, `40${JSON.stringify(auths[index + offset])}`, undefined][offset % 5];
      return rawSocket(client, { handshake, frames: each }, 2000);
    });
    const heard = await Promise.all(burst);
    expect(FAULTS_OF_OURS.filter((code) => heard.join().includes(code))).toEqual([]);
    const welcome = heard.filter((_, offset) => offset % 5 < good.length);
    expect(welcome.filter((each) => !each.includes('40{"sid"'))).toEqual([]);
  }
  expect((await client.get('/api/session')).status).toBe(200);
}, 3_600_000);

it(`answers random messages with the state or a refusal, also of clients that wait for none (seed ${SEED})`, async () => {
  const { client, user } = await household(node.url);
  let tab = await openTab(client);
  const message = fc.record({
    name: fc.constantFrom('session:sync', 'session:activity', 'other'),
    given: fc.array(odd, { maxLength: 2 }),
    waits: fc.boolean(),
  });
  const property = fc.asyncProperty(message, async ({ name, given, waits }) => {
    if (!tab.connected) tab = await openTab(client);
    const socket = tab.socket as unknown as Socket;
    if (!waits) return void socket.emit(name, ...given);
    const answer = (await socket.timeout(30_000).emitWithAck(name, ...given)) as Partial<ErrorBody> & {
      user?: { id: number };
    };
    if (answer.error_code) expect(ERRORS[answer.error_code].status).toBeLessThan(500);
    else if (name === 'session:sync') expect(answer.user?.id).toBe(user);
  });
  await fc.assert(property, { numRuns: MESSAGES / 5, seed: SEED, endOnFailure: true });
  expect((await (await openTab(client)).sync()).user.id).toBe(user);
}, 3_600_000);

it(`believes nothing that is found in Redis (seed ${SEED})`, async () => {
  const redisClient = await createClient({ url: redis.url }).connect();
  const listener = await redisClient.duplicate().connect();
  const heard: { channel: string; message: Buffer }[] = [];
  await listener.pSubscribe('*', (message, channel) => heard.push({ channel: String(channel), message }), true);
  const { client, user, platforms } = await household(node.url);
  for (const { id } of platforms) await client.post(`/api/switch_platform/${id}`);
  await eventually(() => expect(heard.length).toBeGreaterThan(5));
  await listener.close();

  // As another node would have sent it, to the bystander: a node that checks no signature would accept it.
  const sender = /"uid":"([^"]+)"/.exec(heard.map(({ message }) => message.toString('latin1')).join())![1]!;
  const messagePackText = (text: string) => String.fromCharCode(0xa0 | text.length) + text;
  const toBystander = (message: Buffer) =>
    Buffer.from(
      message
        .toString('latin1')
        .replaceAll(sender, sender.split('').reverse().join(''))
        .replaceAll(`"userId":${user},`, `"userId":${bystander.user},`)
        .replaceAll(messagePackText(`user:${user}`), messagePackText(`user:${bystander.user}`)),
      'latin1',
    );

  const forgery = fc.record({
    original: fc.constantFrom(...heard),
    at: fc.nat({ max: 400 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    kind: fc.constantFrom('changed', 'cut', 'noise', 'elsewhere'),
  });
  for (const { original, at, bytes, kind } of fc.sample(forgery, { numRuns: MESSAGES, seed: SEED })) {
    const forged = Buffer.from(original.message);
    forged.set(bytes.subarray(0, Math.max(0, forged.length - at)), Math.min(at, forged.length));
    const cut = original.message.subarray(0, at);
    const message = { changed: forged, cut, noise: Buffer.from(bytes), elsewhere: toBystander(original.message) }[
      kind
    ]!;
    const channel =
      kind === 'elsewhere' ? original.channel.replace(`#user:${user}#`, `#user:${bystander.user}#`) : original.channel;
    await redisClient.publish(channel, message);
  }
  // Corrupts the values that nodes keep there: other types, and random content.
  const values = fc.sample(fc.string({ unit: 'binary', maxLength: 300 }), { numRuns: MESSAGES / 10, seed: SEED });
  for (const key of await redisClient.keys('*')) {
    const type = await redisClient.type(key);
    if (type === 'hash') for (const value of values) await redisClient.hSet(key, value, value);
    await client.get('/health/ready');
    await redisClient.del(key);
    await redisClient.set(key, values[0]!);
  }
  const told = bystandersTab.events.map(({ name }) => name);
  expect(told).toEqual(['session:state']);
  expect((await client.get('/api/sessions')).status).toBe(200);
  await redisClient.flushAll();
  await eventually(async () => expect((await client.get('/health/ready')).body).toMatchObject({ redis: 'up' }));
  await redisClient.close();
}, 3_600_000);
