import { Injectable } from '@nestjs/common';
import { RATE_BUDGETS } from '../cluster/budgets';
import { type Throttle, Throttles } from '../cluster/throttle';

/** Rate limits of signed-in callers, by user and by address. */
@Injectable()
export class RequestBudgets {
  private readonly writes: Throttle;
  private readonly writesByAddress: Throttle;
  private readonly instanceCalls: Throttle;
  private readonly instanceCallsByAddress: Throttle;

  constructor(private readonly throttles: Throttles) {
    this.writes = throttles.create(RATE_BUDGETS.writesPerPerson);
    this.writesByAddress = throttles.createByAddress(RATE_BUDGETS.writesPerAddress);
    this.instanceCalls = throttles.create(RATE_BUDGETS.instanceCallsPerPerson);
    this.instanceCallsByAddress = throttles.createByAddress(RATE_BUDGETS.instanceCallsPerAddress);
  }

  get enabled(): boolean {
    return this.throttles.enabled;
  }

  /** Counts a request that may change something. @throws AppError RATE_LIMITED */
  async takeWrite(userId: number, address: string): Promise<void> {
    await this.writes.take(String(userId));
    await this.writesByAddress.take(address);
  }

  /** Counts a request that makes the server call an instance. @throws AppError RATE_LIMITED */
  async takeInstanceCall(userId: number, address: string): Promise<void> {
    await this.instanceCalls.take(String(userId));
    await this.instanceCallsByAddress.take(address);
  }
}
