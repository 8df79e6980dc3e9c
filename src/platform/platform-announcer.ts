import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Transaction } from '../database/unit-of-work';
import type { PlatformView } from '../protocol/http';
import { SessionRepository } from '../session/session.repository';
import { toPlatformView } from '../session/session.views';
import { PlatformRepository } from './platform.repository';

/** Notifies a user's tabs that the connections have changed. */
@Injectable()
export class PlatformAnnouncer {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly platforms: PlatformRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Raises the revision and sends every tab the current connections and the active one of its session.
   * @param tx has locked the user's row
   */
  async announce(tx: Transaction, userId: number): Promise<PlatformView[]> {
    const now = this.clock.now();
    const revision = await this.sessions.raiseRevision(tx.em, userId, now);
    const platforms = (await this.platforms.list(tx.em, userId)).map(toPlatformView);
    const live = await this.sessions.listLive(tx.em, userId, now);
    const sessions = live.map((row) => ({ id: row.id, platformId: row.activePlatformId }));
    const at = now.toISOString();
    tx.publish({ name: 'platforms.changed', payload: { userId, revision, platforms, sessions, at } });
    return platforms;
  }
}
