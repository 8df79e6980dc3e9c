import { SITE_FACTOR } from './budgets';
import { Throttles } from './throttle';

describe('createByAddress', () => {
  const throttles = new Throttles(null, 'test', true);
  const budget = { name: 'test', points: 2, seconds: 60, counted: 'node' } as const;
  const network = (number: number, site = 'aa') => `2001:db8:${site}:${number.toString(16)}::1`;
  const limited = { code: 'RATE_LIMITED', options: { retryAfter: 60 } };

  it('counts a /64 of IPv6 as one address', async () => {
    const throttle = throttles.createByAddress(budget);
    await throttle.take('2001:db8:1:2::1');
    await throttle.take('2001:db8:1:2:ffff::1');
    await expect(throttle.take('2001:db8:1:2::3')).rejects.toMatchObject(limited);
    await throttle.take('2001:db8:1:3::1');
  });

  it('limits all networks of a /48 together, and no other site', async () => {
    const throttle = throttles.createByAddress(budget);
    for (let count = 0; count < budget.points * SITE_FACTOR; count++) await throttle.take(network(count));
    await expect(throttle.take(network(999))).rejects.toMatchObject(limited);
    await throttle.take(network(999, 'bb'));
    // A rejection because of the site does not count for the network, but for the site.
    for (const number of [1, 2, 3]) await throttle.giveBack(network(number));
    await throttle.take(network(999));
    await throttle.take(network(999));
    await expect(throttle.take(network(999))).rejects.toMatchObject(limited);
  });

  it('has no site limit for IPv4', async () => {
    const throttle = throttles.createByAddress(budget);
    for (let count = 0; count < 100; count++) await throttle.take(`203.0.113.${count}`);
  });
});
