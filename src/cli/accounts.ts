import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RegisterDto } from '../auth/auth.dto';
import { PasswordResets } from '../auth/password-resets';
import { hashPassword } from '../auth/passwords';
import { UserRepository } from '../auth/user.repository';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { ConfigError } from '../common/config';
import { BodyPipe } from '../common/validation';
import { isDuplicateKey } from '../database/database-errors';
import { AuditEvent } from '../database/entities/audit-event.entity';
import { User } from '../database/entities/user.entity';
import { UserSession } from '../database/entities/user-session.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import type { Role } from '../protocol/http';
import { SessionRepository } from '../session/session.repository';
import { SessionTerminator } from '../session/session-terminator';

export interface ResetLink {
  user: User;
  token: string;
  expiresAt: Date;
}

/**
 * Account administration for operators. Running servers see changes by polling the database, and notify the open tabs.
 */
@Injectable()
export class Accounts {
  constructor(
    private readonly work: UnitOfWork,
    private readonly users: UserRepository,
    private readonly resets: PasswordResets,
    private readonly sessions: SessionRepository,
    private readonly terminator: SessionTerminator,
    private readonly clock: Clock,
  ) {}

  list(): Promise<User[]> {
    return this.work.read((em) => em.find(User, { order: { id: 'ASC' } }));
  }

  /** The state that determines what a user's tabs show. */
  async describe(login: string) {
    return this.work.read(async (em) => {
      const user = await this.find(em, login);
      const { id, username, role, isActive: active, revision, changedAt } = user;
      const sessions = await em.find(UserSession, { where: { userId: id }, order: { createdAt: 'DESC' }, take: 20 });
      const events = await em.find(AuditEvent, { where: { userId: id }, order: { id: 'DESC' }, take: 20 });
      return {
        account: { id, username, role, active, revision, 'changed at': changedAt.toISOString() },
        sessions: sessions.map((row) => ({
          session: row.id,
          platform: row.activePlatformId,
          pinned: row.pinned,
          'last activity': row.lastActivityAt.toISOString(),
          ended: row.endedAt ? `${row.endedAt.toISOString()} (${row.endReason})` : null,
        })),
        events: events.map((row) => ({
          at: row.at.toISOString(),
          event: row.reason ? `${row.type} (${row.reason})` : row.type,
          session: row.sessionId,
          platform: row.platformName,
          device: row.device,
          address: row.ipAddress,
        })),
      };
    });
  }

  /** @param role null: admin for the first account, user for all others */
  async create(username: string, email: string, role: Role | null): Promise<ResetLink> {
    // Random: the user sets a password by the reset link.
    const password = randomBytes(32).toString('base64url');
    const form = { username, email, password };
    await new BodyPipe().transform(form, { type: 'body', metatype: RegisterDto });
    const passwordHash = await hashPassword(password);
    return this.work
      .write(async (tx) => {
        const fallback = (await this.users.isEmpty(tx.em)) ? 'admin' : 'user';
        const row = { username, email, passwordHash, role: role ?? fallback };
        const user = await this.users.insert(tx.em, row, this.clock.now());
        return { user, ...(await this.resets.issueIn(tx, user.id)) };
      })
      .catch((error: unknown) => {
        throw isDuplicateKey(error) ? new AppError('USERNAME_TAKEN') : error;
      });
  }

  resetPassword(login: string): Promise<ResetLink> {
    return this.change(login, async (tx, user) => ({ user, ...(await this.resets.issueIn(tx, user.id)) }));
  }

  setRole(login: string, role: Role): Promise<User> {
    return this.change(login, async (tx, user) => {
      if (role !== 'admin') await this.requireOtherAdmin(tx, user);
      await this.sessions.lockAndRaise(tx.em, user.id, this.clock.now(), { role });
      return { ...user, role };
    });
  }

  /** @returns the number of ended sessions */
  disable(login: string): Promise<number> {
    return this.change(login, async (tx, user) => {
      await this.requireOtherAdmin(tx, user);
      await this.sessions.lockAndRaise(tx.em, user.id, this.clock.now(), { isActive: false });
      return this.terminator.endAllIn(tx, user.id, 'user_disabled');
    });
  }

  enable(login: string): Promise<void> {
    return this.change(login, (tx, user) =>
      this.sessions.lockAndRaise(tx.em, user.id, this.clock.now(), { isActive: true }),
    );
  }

  /** @returns the number of ended sessions */
  endSessions(login: string): Promise<number> {
    return this.change(login, async (tx, user) => {
      await this.sessions.lockUser(tx.em, user.id);
      return this.terminator.endAllIn(tx, user.id, 'revoked_by_admin');
    });
  }

  /** One transaction per user, so that no user's row stays locked for long. @returns the number of ended sessions */
  async endAllSessions(): Promise<number> {
    let ended = 0;
    for (const { username } of await this.list()) ended += await this.endSessions(username);
    return ended;
  }

  private change<T>(login: string, work: (tx: Transaction, user: User) => Promise<T>): Promise<T> {
    return this.work.write(async (tx) => {
      return work(tx, await this.find(tx.em, login));
    });
  }

  private async find(em: EntityManager, login: string): Promise<User> {
    const user = await this.users.findByLogin(em, login);
    if (!user) throw new ConfigError(`There is no account "${login}": user:list shows them all`);
    return user;
  }

  private async requireOtherAdmin(tx: Transaction, user: User): Promise<void> {
    if (user.role !== 'admin') return;
    const admins = await tx.em.find(User, { select: { id: true }, where: { role: 'admin', isActive: true } });
    if (admins.every(({ id }) => id === user.id)) {
      throw new ConfigError(`"${user.username}" is the last administrator: make another one first, with user:role`);
    }
  }
}
