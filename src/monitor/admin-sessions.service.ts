import { Injectable } from '@nestjs/common';
import { Presence } from '../cluster/presence';
import { AppError, invalidField } from '../common/app-error';
import { Clock } from '../common/clock';
import type { UserSession } from '../database/entities/user-session.entity';
import { UnitOfWork } from '../database/unit-of-work';
import type { AdminSessionsView, AdminSessionView } from '../protocol/admin';
import { administratorOf } from '../session/audit-actor';
import { isExpired } from '../session/expiry-policy';
import { SessionRepository } from '../session/session.repository';
import { toDeviceView } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { SessionLifecycleService } from '../session/session-lifecycle.service';
import { SessionTerminator } from '../session/session-terminator';
import { readSearch } from './admin-search';
import { AdminSessionsRepository, type Cursor } from './admin-sessions.repository';

/** All users' sessions, for an administrator. */
@Injectable()
export class AdminSessionsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: AdminSessionsRepository,
    private readonly sessions: SessionLifecycleService,
    private readonly endings: SessionTerminator,
    private readonly sessionRows: SessionRepository,
    private readonly clock: Clock,
    private readonly presence: Presence,
  ) {}

  /** @param query part of a user name, or start of a session id @param before `next_before` of the previous page */
  async list(caller: SessionContext, limit: number, query?: unknown, before?: unknown): Promise<AdminSessionsView> {
    const search = readSearch(query);
    const cursor = before === undefined ? undefined : readCursor(before);
    const found = await this.work.read((em) => this.repository.list(em, this.clock.now(), limit + 1, search, cursor));
    const rows = found.slice(0, limit);
    const online = await this.presence.online(rows.map(({ id }) => id));
    return {
      sessions: rows.map((row) => toAdminSessionView(row, row.id === caller.session.id, online.has(row.id))),
      next_before: found.length > limit ? toCursor(rows.at(-1)!) : null,
    };
  }

  /** @throws AppError SESSION_NOT_FOUND */
  async end(caller: SessionContext, sessionId: string): Promise<void> {
    await this.sessions.runAuthorized(caller, async (tx, context) => {
      const target = await this.sessionRows.findById(tx.em, sessionId);
      // MySQL ignores trailing spaces when it compares ids.
      const found = target?.session.id === sessionId && !isExpired(target.session, this.clock.now());
      if (!found) throw new AppError('SESSION_NOT_FOUND');
      await this.sessionRows.lockUser(tx.em, target.user.id);
      if (!(await this.endings.endIn(tx, sessionId, 'revoked_by_admin', administratorOf(context)))) {
        throw new AppError('SESSION_NOT_FOUND');
      }
    });
  }
}

function toAdminSessionView(row: UserSession, current: boolean, online: boolean): AdminSessionView {
  const { id, username } = row.user!;
  return { ...toDeviceView(row, current, online), user: { id, username } };
}

function toCursor({ createdAt, id }: UserSession): string {
  return `${createdAt.getTime()}.${id}`;
}

function readCursor(text: unknown): Cursor {
  const match = typeof text === 'string' ? /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(text) : null;
  if (!match) throw invalidField('before', 'before must be next_before of an earlier page');
  return { createdAt: new Date(Number(match[1])), id: match[2]! };
}
