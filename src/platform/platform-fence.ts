import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { PlatformView } from '../protocol/http';
import type { PlatformTarget } from '../session/request-session';
import { toPlatformView, toSessionState } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { PlatformRepository } from './platform.repository';

/** Ensures that a request applies to the platform that the user saw. Never falls back to another one. */
@Injectable()
export class PlatformFence {
  constructor(
    private readonly platforms: PlatformRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * @param em of the transaction that makes the write, if there is one
   * @param context the session as read in that transaction
   * @throws AppError PLATFORM_NOT_FOUND (not the caller's, or not active), PLATFORM_CONTEXT_STALE (not the active one)
   */
  async check(em: EntityManager, context: SessionContext, named: PlatformTarget): Promise<PlatformView> {
    return toPlatformView(await this.checkRow(em, context, named));
  }

  /** As `check`, but returns the row instead of the wire type. */
  async checkRow(em: EntityManager, context: SessionContext, named: PlatformTarget): Promise<PlatformConnection> {
    const row = await this.platforms.findActive(em, context.user.id, named.id);
    if (!row) throw new AppError('PLATFORM_NOT_FOUND');
    if (!named.pinned && context.platform?.id !== row.id) {
      throw new AppError('PLATFORM_CONTEXT_STALE', { state: toSessionState(context, this.clock.now()) });
    }
    return row;
  }
}
