import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RATE_BUDGETS } from '../cluster/budgets';
import { type Throttle, Throttles } from '../cluster/throttle';
import { throttleKey } from '../cluster/throttle-key';
import { AppError } from '../common/app-error';
import { nameKey } from './user.repository';

export interface Caller {
  /** As typed. */
  login: string;
  address: string;
  /** Whether the account has been used from this address before. */
  isKnown(): Promise<boolean>;
}

/**
 * Limits password guessing without letting strangers lock an account: failures count per account and address, and per
 * address over all accounts. Only failures count. Against guessing from many addresses there is a limit per account as
 * well. It does not apply to addresses from which the account was used before, so the owner can still sign in from a
 * known place. A user name and an e-mail address are counted separately, so that counting does not reveal that they
 * belong to one account.
 */
@Injectable()
export class LoginThrottle {
  private readonly perAccountAndAddress: Throttle;
  private readonly perAccount: Throttle;
  private readonly perSession: Throttle;
  private readonly perAddress: Throttle;
  private readonly registrations: Throttle;

  constructor(throttles: Throttles) {
    this.perAccountAndAddress = throttles.create(RATE_BUDGETS.guessesPerAccountAndAddress);
    this.perAccount = throttles.create(RATE_BUDGETS.guessesPerAccount);
    this.perSession = throttles.create(RATE_BUDGETS.guessesPerSession);
    this.perAddress = throttles.createByAddress(RATE_BUDGETS.guessesPerAddress);
    this.registrations = throttles.createByAddress(RATE_BUDGETS.registrationsPerAddress);
  }

  /** One attempt to sign in. @throws AppError RATE_LIMITED */
  async signIn<T>({ login, address, isKnown }: Caller, attempt: () => Promise<T>): Promise<T> {
    const account = digest(nameKey(login.trim()));
    // The address first: a refused one leaves no entry for each account.
    const counts = await take(
      [this.perAddress, address],
      [this.perAccountAndAddress, `${account} ${throttleKey(address)}`],
    );
    await this.perAccount.take(account).catch(async (refused: unknown) => {
      // The points taken stay spent: this check costs a database query, like a wrong password.
      if (!(await isKnown())) throw refused;
    });
    return runAndRefund([...counts, [this.perAccount, account]], attempt);
  }

  /**
   * One attempt to confirm the password of a session; counted for the session, whatever address it is used from.
   * @throws AppError RATE_LIMITED
   */
  async confirm<T>(sessionId: string, address: string, attempt: () => Promise<T>): Promise<T> {
    return runAndRefund(await take([this.perSession, sessionId], [this.perAddress, address]), attempt);
  }

  /** @throws AppError RATE_LIMITED */
  register(address: string): Promise<void> {
    return this.registrations.take(address);
  }
}

type Count = [throttle: Throttle, key: string];

/**
 * Takes the points before the attempt, so that concurrent attempts cannot exceed the limit.
 * @throws AppError RATE_LIMITED; nothing is taken then
 */
async function take(...counts: Count[]): Promise<Count[]> {
  for (const [index, [throttle, key]] of counts.entries()) {
    await throttle.take(key).catch(async (refused: unknown) => {
      await giveBack(counts.slice(0, index));
      throw refused;
    });
  }
  return counts;
}

/** Runs the attempt, and gives the points back unless the password was wrong. */
async function runAndRefund<T>(counts: Count[], attempt: () => Promise<T>): Promise<T> {
  const result = await attempt().catch(async (error: unknown) => {
    if (!(error instanceof AppError && error.code === 'INVALID_CREDENTIALS')) await giveBack(counts);
    throw error;
  });
  await giveBack(counts);
  return result;
}

async function giveBack(counts: Count[]): Promise<void> {
  await Promise.all(counts.map(([throttle, key]) => throttle.giveBack(key)));
}

/** Hashed, as users sometimes type a password into the name field. */
function digest(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}
