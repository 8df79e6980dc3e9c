/** Keys change to and fro while two nodes read, post, sign in and get new tokens: nothing fails, and nothing old comes back. */
import type { ConnectStartView, PlatformView } from '../../src/protocol/http';
import { encryptionKey } from '../support/backends';
import {
  allowed,
  connectTo,
  type FakeInstance,
  newAccount,
  startInstance,
  stopInstances,
} from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import { hearing, startNode } from '../support/server';
import { migratedDatabase, startRedis } from '../support/services';
import { runKeyRotation, signIn } from './support/instance-steps';
import { published, write } from './support/posting';
import { openRows } from './support/sealed-rows';

/** Even: the last one is back to the newest key. */
const ROUNDS = FULL ? 4 : 2;

let town: FakeInstance;
beforeAll(async () => {
  town = await startInstance();
});
afterAll(stopInstances);

it('rotates under load on two nodes', async () => {
  const [old, fresh, redis] = [encryptionKey(), encryptionKey(), await startRedis()];
  const base = { DATABASE_URL: await migratedDatabase(), REDIS_URL: redis.url, ...allowed(town) };
  const before = await startNode({ ...base, ENCRYPTION_KEYS: old });
  const client = new TestClient(before.url);
  await client.register();
  const connected: { platform: PlatformView; token: string }[] = [];
  for (let index = 0; index < 6; index++) connected.push(await connectTo(client, town, `Town ${index}`));
  const [read, posted, renewed] = [connected.slice(0, 2), connected.slice(2, 4), connected.slice(4)];
  const begin = { instance_url: town.url, platform_type: 'mastodon', name: 'Signed in' };
  await before.stop();

  const keys = { ...base, ENCRYPTION_KEYS: `${fresh},${old}` };
  const nodes = [await startNode(keys), await startNode(keys)] as const;
  await hearing(nodes);
  const at = nodes.map(({ url }) => client.at(url));
  const on = (turn: number): TestClient => at[turn % 2]!;
  const begun = await client.at(nodes[0].url).post<ConnectStartView>('/api/platforms/connect', begin);

  const done: Record<'read' | 'posted' | 'renewed', number> = { read: 0, posted: 0, renewed: 0 };
  let rotating = true;
  const keepDoing = async (what: keyof typeof done, act: (turn: number) => Promise<void>) => {
    while (rotating) await act(done[what]++);
  };
  const test = async ({ platform }: { platform: PlatformView }, turn: number) => {
    const { status, body } = await on(turn).post(`/api/platforms/${platform.id}/test`);
    expect([status, body.error_code]).toEqual([200, undefined]);
  };
  const written: { platform: PlatformView; id: number }[] = [];
  const load = [
    ...read.map((each) => keepDoing('read', (turn) => test(each, turn))),
    ...posted.map(({ platform }, index) =>
      keepDoing('posted', async (turn) => {
        written.push({ platform, id: (await write(on(turn), platform, `${index}: ${turn}`)).id });
      }),
    ),
    ...renewed.map((each) =>
      keepDoing('renewed', async (turn) => {
        const account = town.store.account(each.platform.username!);
        const access_token = town.store.issueToken(account);
        const path = `/api/platforms/${each.platform.id}`;
        expect((await on(turn).patch(path, { access_token })).status).toBe(200);
        // From now on the old one is of no use: whoever brought it back would be found out.
        town.store.tokens.delete(each.token);
        each.token = access_token;
        await test(each, turn + 1);
      }),
    ),
  ];
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? `${old},${fresh}` : `${fresh},${old}`;
    const { code, output } = await runKeyRotation({ ...base, ENCRYPTION_KEYS: order });
    expect([code, output]).toEqual([0, expect.stringMatching(/^rotated: \d+/)]);
  }
  rotating = false;
  await Promise.all(load);
  expect(Math.min(...Object.values(done))).toBeGreaterThan(ROUNDS);
  for (const { platform, id } of written) await published(client.at(nodes[0].url), platform, id);
  const texts = town.statuses.map(({ text }) => text);
  expect([texts.length, new Set(texts).size]).toEqual([written.length, written.length]);
  // Begun before, with a verifier that was sealed anew since.
  const back = await signIn(begun.body.authorize_url, newAccount(town).account.username);
  const answer = await client.at(nodes[1].url).get(`${back.pathname}${back.search}`);
  expect(String(answer.headers['set-cookie'])).toContain('vedfolnir_flash=PLATFORM_CONNECTED');

  // What the nodes still wrote has the newest key as well: the old one can go.
  const only = { ...base, ENCRYPTION_KEYS: fresh };
  expect((await runKeyRotation(only)).output).toMatch(/^rotated: 0\n/);
  await Promise.all(nodes.map((node) => node.stop()));
  const tokens = await openRows(only);
  for (const { platform, token } of connected) expect(tokens.get(platform.id)).toBe(token);
  for (const node of nodes) expect(node.output()).not.toMatch(/cannot be opened|lacks the key|sealed with a key/);
  await redis.stop();
});
