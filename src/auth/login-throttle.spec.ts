import { Throttles } from '../cluster/throttle';
import { AppError } from '../common/app-error';
import { LoginThrottle } from './login-throttle';

const MINUTE = 60_000;

describe('LoginThrottle', () => {
  let throttle: LoginThrottle;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance'] });
    throttle = new LoginThrottle(new Throttles(null, 'test', true));
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const right = async () => 'in';
  const wrong = () => Promise.reject(new AppError('INVALID_CREDENTIALS'));
  const codeOf = (work: Promise<unknown>) => work.catch((error: AppError) => error.code);

  const signIn = (login: string, address: string, attempt: () => Promise<unknown>, known = false) =>
    codeOf(throttle.signIn({ login, address, isKnown: async () => known }, attempt));

  it('counts nothing for an account while its address is blocked', async () => {
    for (let count = 0; count < 200; count++) {
      expect(await signIn(`name ${count % 100}`, '192.0.2.1', wrong)).toBe('INVALID_CREDENTIALS');
    }
    jest.advanceTimersByTime(14 * MINUTE);
    for (let count = 0; count < 10; count++) expect(await signIn('ada', '192.0.2.1', right)).toBe('RATE_LIMITED');
    // The address is no longer blocked; ada's rejected attempts did not count as failures.
    jest.advanceTimersByTime(2 * MINUTE);
    expect(await signIn('ada', '192.0.2.1', right)).toBe('in');
  });

  it('limits guesses from all addresses, except from known ones', async () => {
    for (let count = 0; count < 100; count++) {
      expect(await signIn('ada', `192.0.2.${count % 20}`, wrong)).toBe('INVALID_CREDENTIALS');
    }
    expect(await signIn('ADA ', '198.51.100.1', right)).toBe('RATE_LIMITED');
    expect(await signIn('ada', '198.51.100.2', right, true)).toBe('in');
    expect(await signIn('bob', '198.51.100.1', right)).toBe('in');
    for (let count = 0; count < 10; count++) {
      expect(await signIn('ada', '198.51.100.2', wrong, true)).toBe('INVALID_CREDENTIALS');
    }
    expect(await signIn('ada', '198.51.100.2', right, true)).toBe('RATE_LIMITED');
    jest.advanceTimersByTime(16 * MINUTE);
    expect(await signIn('ada', '198.51.100.1', right)).toBe('in');
  });

  it('checks at most ten times whether an unknown address is known', async () => {
    for (let count = 0; count < 100; count++) await signIn('ada', `192.0.2.${count % 20}`, wrong);
    const isKnown = jest.fn(async () => false);
    for (let count = 0; count < 30; count++) {
      expect(await codeOf(throttle.signIn({ login: 'ada', address: '198.51.100.1', isKnown }, right))).toBe(
        'RATE_LIMITED',
      );
    }
    expect(isKnown).toHaveBeenCalledTimes(10);
  });

  it('does not count attempts that were not guesses', async () => {
    const away = () => Promise.reject(new AppError('DATABASE_ERROR'));
    for (let count = 0; count < 250; count++) {
      expect(await signIn('ada', '192.0.2.1', away)).toBe('DATABASE_ERROR');
      expect(await codeOf(throttle.confirm('session', '192.0.2.1', away))).toBe('DATABASE_ERROR');
      expect(await signIn('ada', '192.0.2.1', right)).toBe('in');
    }
  });

  it('limits password confirmation to ten guesses per session, across addresses', async () => {
    for (let count = 0; count < 10; count++) {
      expect(await codeOf(throttle.confirm('stolen', `192.0.2.${count}`, wrong))).toBe('INVALID_CREDENTIALS');
    }
    expect(await codeOf(throttle.confirm('stolen', '192.0.2.99', right))).toBe('RATE_LIMITED');
    expect(await codeOf(throttle.confirm('other', '192.0.2.99', right))).toBe('in');
  });
});
