/**
 * A Redis that answers but rejects commands: readiness and the log report the cause, and the node continues with the
 * database.
 */
import { createClient } from 'redis';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { startNode } from '../support/server';
import { startRedis } from '../support/services';

/** Time within which it must be reported; ms. */
const NOTICED_MS = 5000;

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

it('is detected within 5 s', async () => {
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
