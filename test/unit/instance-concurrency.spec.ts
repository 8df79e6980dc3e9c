import { atConcurrencyLimit } from '../../src/platform/instance-concurrency';

it('names the instances and the users that have as many tasks as they may', () => {
  const running = [
    { instanceUrl: 'a', userId: 1 },
    { instanceUrl: 'a', userId: 2 },
    { instanceUrl: 'b', userId: 1 },
    { instanceUrl: 'c', userId: 1 },
  ];
  expect(atConcurrencyLimit(running, 3)).toEqual({ instanceUrls: ['a'], userIds: [1] });
  expect(atConcurrencyLimit(running, 4)).toEqual({ instanceUrls: ['a'], userIds: [] });
  expect(atConcurrencyLimit([], 1)).toEqual({ instanceUrls: [], userIds: [] });
});
