import { DatabaseClock } from './database-clock';
import type { UnitOfWork } from './unit-of-work';

const LATE = 200;

it('is not set back by millisecond rounding when the response is slow', async () => {
  const query = async () => {
    // The time when the query is sent, rounded down to milliseconds.
    const now = new Date(Date.now() - 1);
    await new Promise((resolve) => setTimeout(resolve, LATE));
    return [{ now }];
  };
  const work = { read: (task: (em: { query: typeof query }) => unknown) => task({ query }) };
  const clock = new DatabaseClock(work as unknown as UnitOfWork);
  await clock.start();
  expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(LATE / 4);
  clock.onApplicationShutdown();
});
