import { Injectable } from '@nestjs/common';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { Transaction } from '../database/unit-of-work';

/**
 * - `confirmed`: the instance has said whose the token is, for the first time since there is one
 * - `rejected`: the token does not work
 * - `refreshed`: it was asked, as it is once a day and on connecting, and the token works
 */
export type ConnectionChange = 'confirmed' | 'rejected' | 'refreshed';
type Hook = (tx: Transaction, platform: PlatformConnection) => Promise<void>;

/** What other modules do in the very transaction in which a connection changes. */
@Injectable()
export class ConnectionHooks {
  private readonly hooks: { change: ConnectionChange; hook: Hook }[] = [];

  on(change: ConnectionChange, hook: Hook): void {
    this.hooks.push({ change, hook });
  }

  async run(change: ConnectionChange, tx: Transaction, platform: PlatformConnection): Promise<void> {
    for (const each of this.hooks) if (each.change === change) await each.hook(tx, platform);
  }
}
