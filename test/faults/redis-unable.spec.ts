/**
 * A Redis that answers but rejects commands: readiness and the log report the cause, and the node continues with the
 * database.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { examine } from '../../src/cli/doctor';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { freePort, temporaryFolder } from '../support/processes';
import { FULL } from '../support/scale';
import { startNode } from '../support/server';
import { migratedFile, startRedis } from '../support/services';

/** Time within which it must be reported; in the short form on a slow machine too; ms. */
const NOTICED_MS = FULL ? 5000 : 30_000;

const FAULTS: [what: string, cause: string[][], undo: string[][], says: RegExp][] = [
  ['read-only', [['REPLICAOF', '127.0.0.1', '1']], [['REPLICAOF', 'NO', 'ONE']], /read-only replica: name the primary/],
  [
    'out of memory',
    [['CONFIG', 'SET', 'maxmemory', '1']],
    [['CONFIG', 'SET', 'maxmemory', '0']],
    /out of memory: raise maxmemory/,
  ],
  [
    'without rights',
    [['ACL', 'SETUSER', 'default', '-set']],
    [['ACL', 'SETUSER', 'default', '+@all']],
    /lacks rights \(NOPERM/,
  ],
];

it(`is detected within ${NOTICED_MS / 1000} s`, async () => {
  const redis = await startRedis();
  const operator = createClient({ url: redis.url });
  await operator.connect();
  const node = await startNode({ REDIS_URL: redis.url });
  const client = new TestClient(node.url);
  const ready = async () => (await client.get('/health/ready')).body;
  await eventually(async () => expect(await ready()).toEqual({ status: 'ok', database: 'up', redis: 'up' }));
  for (const [what, cause, undo, says] of FAULTS) {
    const since = performance.now();
    for (const command of cause) await operator.sendCommand(command);
    const down = { status: 'ok', database: 'up', redis: 'down', redis_fault: expect.stringMatching(says) };
    await eventually(async () => expect(await ready()).toEqual(down), { timeout: NOTICED_MS });
    process.stdout.write(`${what}: said after ${Math.round(performance.now() - since)} ms\n`);
    await eventually(() => expect(node.output()).toMatch(says));
    for (const command of undo) await operator.sendCommand(command);
    await eventually(async () => expect(await ready()).toMatchObject({ redis: 'up' }), { timeout: NOTICED_MS });
  }
  operator.destroy();
});

const UNSUPPORTED: [what: string, options: () => Promise<string[]>, setup: string[] | null, says: string][] = [
  [
    // This node has all slots and therefore accepts every key, as a node of a larger cluster accepts some.
    'a node of a cluster',
    async () => ['--cluster-enabled', 'yes', '--cluster-port', `${await freePort()}`],
    ['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'],
    'REDIS_URL leads to a node of a cluster: name the cluster, redis+cluster://host:6379,host:6379',
  ],
  [
    'a Sentinel',
    async () => {
      const file = join(temporaryFolder(), 'sentinel.conf');
      writeFileSync(file, '');
      return [file, '--sentinel'];
    },
    null,
    'REDIS_URL leads to a Sentinel, which is not supported: name a single server',
  ],
];

it.each(UNSUPPORTED)('%s is reported at the start and by doctor', async (_what, options, setup, says) => {
  const redis = await startRedis(undefined, await options());
  if (setup) {
    const operator = createClient({ url: redis.url });
    await operator.connect();
    await operator.sendCommand(setup);
    await eventually(async () => expect(await operator.set('key', 'value')).toBe('OK'));
    operator.destroy();
  }
  const node = await startNode({ REDIS_URL: redis.url });
  await eventually(() => expect(node.output()).toContain(says), { timeout: NOTICED_MS });
  const ready = await new TestClient(node.url).get('/health/ready');
  expect(ready.body).toMatchObject({ status: 'ok', redis: 'down', redis_fault: says });
  const env = {
    NODE_ENV: 'test',
    DATABASE_URL: migratedFile(),
    REDIS_URL: redis.url,
    ENCRYPTION_KEYS: encryptionKey(),
  };
  expect(await examine(env)).toContainEqual({ check: 'Redis', state: 'bad', finding: says });
});
