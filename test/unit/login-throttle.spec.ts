/** The order in which a sign-in is counted. */
import { LoginThrottle } from '../../src/auth/login-throttle';
import type { Throttles } from '../../src/cluster/throttle';
import { AppError } from '../../src/common/app-error';

it('leaves no entry for each account when the address is refused', async () => {
  const taken: string[] = [];
  const create = ({ name }: { name: string }) => ({
    take: async () => {
      taken.push(name);
      if (name === 'address') throw new AppError('RATE_LIMITED');
    },
    giveBack: async () => {},
  });
  const throttle = new LoginThrottle({ create, createByAddress: create } as unknown as Throttles);
  const caller = { login: 'ada', address: '192.0.2.1', isKnown: async () => false };
  await expect(throttle.signIn(caller, async () => 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(taken).toEqual(['address']);
});
