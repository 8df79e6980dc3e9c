import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error';
import { type Throttle, Throttles } from '../store/throttle';
import { nameKey } from './user.repository';

const QUARTER = 15 * 60;

/**
 * Slows guessing without letting a stranger lock anybody out: what counts against an account counts for the address
 * that guesses alone, and each address has an allowance over all accounts. Only failures count.
 */
@Injectable()
export class LoginThrottle {
  private readonly perAccountAndAddress: Throttle;
  private readonly perAddress: Throttle;
  private readonly registrations: Throttle;

  constructor(throttles: Throttles) {
    this.perAccountAndAddress = throttles.create({ name: 'account', points: 10, seconds: QUARTER });
    this.perAddress = throttles.create({ name: 'address', points: 200, seconds: QUARTER });
    this.registrations = throttles.create({ name: 'registration', points: 300, seconds: 4 * QUARTER });
  }

  /**
   * Counts the attempt before it is made, so that many at once cannot slip through, and takes it back if it was good.
   * @throws AppError RATE_LIMITED
   */
  async attempt<T>(login: string, address: string, work: () => Promise<T>): Promise<T> {
    const account = createHash('sha256')
      .update(`${nameKey(login.trim())}\n${address}`)
      .digest('base64url');
    await this.perAccountAndAddress.take(account);
    await this.perAddress.take(address);
    const giveBack = () =>
      Promise.all([this.perAccountAndAddress.giveBack(account), this.perAddress.giveBack(address)]);
    try {
      const result = await work();
      await giveBack();
      return result;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'INVALID_CREDENTIALS')) await giveBack();
      throw error;
    }
  }

  /** @throws AppError RATE_LIMITED */
  register(address: string): Promise<void> {
    return this.registrations.take(address);
  }
}
