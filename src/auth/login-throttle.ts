import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RATE_BUDGETS } from '../cluster/budgets';
import { type Throttle, Throttles } from '../cluster/throttle';
import { throttleKey } from '../cluster/throttle-key';
import { AppError } from '../common/app-error';
import { nameKey } from './user.repository';

export interface Caller {
  /** As it was typed. */
  login: string;
  address: string;
  /** Whether the account has been used from this address before. */
  isKnown(): Promise<boolean>;
}

/**
 * Slows guessing without letting a stranger lock anybody out: what counts against an account counts for the address
 * that guesses alone, and each address has an allowance over all accounts. Only failures count.
 *
 * Against a guesser with many addresses there is a bound for the account alone. Where the account has been used
 * before it does not hold: a person who is guessed at from everywhere signs in at home, and waits only in a new place.
 * A name and an e-mail address count apart, though they are one account: who asks must not learn that they are.
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
    const counts = await take(
      [this.perAccountAndAddress, `${account} ${throttleKey(address)}`],
      [this.perAddress, address],
    );
    await this.perAccount.take(account).catch(async (refused: unknown) => {
      // A stranger pays for having the database asked as for a wrong password.
      if (!(await isKnown())) throw refused;
    });
    return settle([...counts, [this.perAccount, account]], attempt);
  }

  /**
   * One attempt to give the password once more. Counts for the session, whatever address it is used from.
   * @throws AppError RATE_LIMITED
   */
  async confirm<T>(sessionId: string, address: string, attempt: () => Promise<T>): Promise<T> {
    return settle(await take([this.perSession, sessionId], [this.perAddress, address]), attempt);
  }

  /** @throws AppError RATE_LIMITED */
  register(address: string): Promise<void> {
    return this.registrations.take(address);
  }
}

type Count = [throttle: Throttle, key: string];

/** Before the attempt is made, so that many at once cannot slip through. @throws AppError RATE_LIMITED, taking none */
async function take(...counts: Count[]): Promise<Count[]> {
  for (const [index, [throttle, key]] of counts.entries()) {
    await throttle.take(key).catch(async (refused: unknown) => {
      await giveBack(counts.slice(0, index));
      throw refused;
    });
  }
  return counts;
}

/** Makes the attempt; only a wrong password costs what was taken. */
async function settle<T>(counts: Count[], attempt: () => Promise<T>): Promise<T> {
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

/** What was typed may be a password. */
function digest(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}
