import { ConcurrencyLimit, KeyedConcurrencyLimit } from './concurrency-limit';

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

it('runs up to the limit at a time, in order, also after failures', async () => {
  const limit = new ConcurrencyLimit(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) =>
      limit.run(async () => {
        order.push(index);
        most = Math.max(most, ++running);
        await later();
        running--;
        if (index % 3 === 0) throw new Error('failed');
      }),
    ),
  );
  expect([most, limit.isIdle, limit.queueLength]).toEqual([2, true, 0]);
  expect(order).toEqual([...order.keys()]);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(4);
});

it('does not delay one key by a burst of another', async () => {
  const turns = new KeyedConcurrencyLimit(2);
  const shared = new ConcurrencyLimit(1);
  const done: string[] = [];
  const work = (name: string, key: number) =>
    turns.run(key, () =>
      shared.run(async () => {
        await later();
        done.push(name);
      }),
    );
  const burst = Array.from({ length: 100 }, (_, index) => work(`burst ${index}`, 1));
  await work('another', 2);
  expect(done.length).toBeLessThan(5);
  await Promise.all(burst);
  expect(done).toHaveLength(101);
});
