import { NodeRegistry } from '../cluster/node-registry';
import { SocketBalancer } from './socket-balancer';
import type { AppServer } from './socket-types';

const COUNT = 10_000;
const DRAIN_MS = 500;

it('closes thousands of sockets within the given time, spread over it', async () => {
  const closedAt: number[] = [];
  const socket = { conn: { close: () => closedAt.push(performance.now()) } };
  const sockets = new Map(Array.from({ length: COUNT }, (_, index) => [index, socket]));
  const balancer = new SocketBalancer(new NodeRegistry(null, 'test', 'self', { now: () => new Date() }));
  balancer.start({ of: () => ({ sockets }) } as unknown as AppServer);
  const startedAt = performance.now();
  await balancer.drain(DRAIN_MS);
  // With a pause of one millisecond after each it would be ten seconds.
  expect(performance.now() - startedAt).toBeLessThan(10 * DRAIN_MS);
  expect(closedAt).toHaveLength(COUNT);
  expect(closedAt.at(-1)! - startedAt).toBeGreaterThan(DRAIN_MS * 0.9);
  expect(closedAt[COUNT / 2]! - startedAt).toBeGreaterThan(DRAIN_MS * 0.4);
});
