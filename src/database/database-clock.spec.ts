import { DatabaseClock } from './database-clock';
import type { UnitOfWork } from './unit-of-work';

const LATE = 200;

it('is not set back by whole milliseconds, where the answer was late on its way', async () => {
  const query = async () => {
    // As it is told at the moment of the question, with all that is rounded off.
    const now = new Date(Date.now() - 1);
    await new Promise((resolve) => setTimeout(resolve, LATE));
    return [{ now }];
  };
  const work = { read: (task: (em: { query: typeof query }) => unknown) => task({ query }) };
  const clock = new DatabaseClock(work as unknown as UnitOfWork);
  await clock.start();
  expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(LATE / 4);
  clock.stop();
});
