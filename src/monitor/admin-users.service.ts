import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { User } from '../database/entities/user.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import type { AdminUsersView, AdminUserView } from '../protocol/admin';
import { administratorOf } from '../session/audit-actor';
import { SessionRepository } from '../session/session.repository';
import type { SessionContext } from '../session/session-context';
import { SessionLifecycleService } from '../session/session-lifecycle.service';
import { SessionTerminator } from '../session/session-terminator';
import { readSearch } from './admin-search';
import { AdminUsersRepository } from './admin-users.repository';

/** Disables and enables accounts, for an administrator. */
@Injectable()
export class AdminUsersService {
  constructor(
    private readonly sessions: SessionLifecycleService,
    private readonly endings: SessionTerminator,
    private readonly rows: SessionRepository,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly work: UnitOfWork,
    private readonly repository: AdminUsersRepository,
  ) {}

  /** @param query part of a user name @param beforeId `next_before_id` of the previous page */
  list(limit: number, query?: unknown, beforeId?: number): Promise<AdminUsersView> {
    const search = readSearch(query);
    return this.work.read(async (em) => {
      const found = await this.repository.list(em, limit + 1, search, beforeId);
      const rows = found.slice(0, limit);
      const ids = rows.map(({ id }) => id);
      const sessions = await this.repository.liveSessions(em, ids, this.clock.now());
      const platforms = await this.repository.platforms(em, ids);
      return {
        users: rows.map((row) => toAdminUserView(row, sessions.get(row.id) ?? 0, platforms.get(row.id) ?? 0)),
        next_before_id: found.length > limit ? ids.at(-1)! : null,
      };
    });
  }

  /**
   * Disables the account and ends all its sessions.
   * @returns the number of ended sessions
   * @throws AppError FORBIDDEN for the caller's own account, so that an administrator remains to undo it, or NOT_FOUND
   */
  disable(caller: SessionContext, userId: number): Promise<number> {
    if (userId === caller.user.id) throw new AppError('FORBIDDEN');
    return this.sessions.runAuthorized(caller, async (tx, context) => {
      await this.setActive(tx, context, userId, false);
      return this.endings.endAllIn(tx, userId, 'user_disabled', undefined, administratorOf(context));
    });
  }

  /** @throws AppError NOT_FOUND */
  enable(caller: SessionContext, userId: number): Promise<void> {
    return this.sessions.runAuthorized(caller, (tx, context) => this.setActive(tx, context, userId, true));
  }

  /** Raises the revision, so that no node uses a cached context of this user. */
  private async setActive(tx: Transaction, admin: SessionContext, userId: number, isActive: boolean): Promise<void> {
    await this.rows.lockAndRaise(tx.em, userId, this.clock.now(), { isActive });
    if (!(await tx.em.exists(User, { where: { id: userId } }))) throw new AppError('NOT_FOUND');
    const type = isActive ? 'account_enabled' : 'account_disabled';
    await this.audit.record(tx, { type, userId, ...administratorOf(admin) });
  }
}

function toAdminUserView(row: User, sessions: number, platforms: number): AdminUserView {
  const { id, username, email, role, isActive, createdAt } = row;
  return { id, username, email, role, is_active: isActive, created_at: createdAt.toISOString(), sessions, platforms };
}
