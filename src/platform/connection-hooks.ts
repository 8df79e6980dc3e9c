import { Injectable } from '@nestjs/common';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { Transaction } from '../database/unit-of-work';

/**
 * - `confirmed`: the instance has confirmed the owner of the token, for the first time or of a new token
 * - `rejected`: the token is not valid
 * - `refreshed`: the daily check, a connect or a change of the token has succeeded
 */
export type ConnectionChange = 'confirmed' | 'rejected' | 'refreshed';
type Hook = (tx: Transaction, platform: PlatformConnection) => Promise<void>;

/** Callbacks of other modules, run inside the transaction that changes a connection. */
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
