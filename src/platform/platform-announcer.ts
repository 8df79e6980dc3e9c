import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Transaction } from '../database/unit-of-work';
import type { PlatformView } from '../protocol/http';
import { SessionRepository } from '../session/session.repository';
import { toPlatformView } from '../session/session.views';
import { PlatformRepository } from './platform.repository';

/** Tells a person's tabs that their connections are not what they were. */
@Injectable()
export class PlatformAnnouncer {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly platforms: PlatformRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Raises the revision and tells every tab what the connections are now, and which one its session is on.
   * @param tx holds the user's row
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
