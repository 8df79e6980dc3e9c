import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail';
import { invalidField } from '../common/app-error';
import { Clock } from '../common/clock';
import { PasswordReset } from '../database/entities/password-reset.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import { toDeviceName } from '../session/device';
import { SessionRepository } from '../session/session.repository';
import type { Device } from '../session/session-context';
import { SessionTerminator } from '../session/session-terminator';
import { hashSecret, isSecret, newSecret } from '../session/session-token';
import { requireGoodPassword } from './password-policy';
import { hashPassword } from './passwords';
import { UserRepository } from './user.repository';

const LIFETIME_MS = 24 * 3_600_000;

/** Sets new passwords for users who have none or forgot theirs, by a token that an operator gives them. */
@Injectable()
export class PasswordResets {
  constructor(
    private readonly work: UnitOfWork,
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly terminator: SessionTerminator,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** @returns a token that is valid once, for a day; earlier tokens of the user become invalid */
  async issueIn(tx: Transaction, userId: number): Promise<{ token: string; expiresAt: Date }> {
    const token = newSecret();
    const expiresAt = new Date(this.clock.now().getTime() + LIFETIME_MS);
    await tx.em.delete(PasswordReset, { userId });
    await tx.em.insert(PasswordReset, { tokenHash: hashSecret(token), userId, expiresAt });
    return { token, expiresAt };
  }

  async isValid(token: string): Promise<boolean> {
    return isSecret(token) && this.work.read((em) => em.exists(PasswordReset, this.whereValid(token)));
  }

  private whereValid(token: string) {
    return { where: { tokenHash: hashSecret(token), expiresAt: MoreThan(this.clock.now()) } };
  }

  /** Sets the password and ends all sessions of the user. @throws AppError VALIDATION_ERROR */
  async redeem(token: string, newPassword: string, device: Device): Promise<void> {
    // Checked before the costly hashing, and again within the transaction.
    if (!(await this.isValid(token))) throw invalidToken();
    requireGoodPassword('new_password', newPassword, []);
    const passwordHash = await hashPassword(newPassword);
    await this.work.write(async (tx) => {
      const reset = await tx.em.findOne(PasswordReset, this.whereValid(token));
      // Compare-and-set: of two callers with one token the first deletes it.
      const { affected } = await tx.em.delete(PasswordReset, { tokenHash: hashSecret(token) });
      if (!reset || affected === 0) throw invalidToken();
      const { userId } = reset;
      await this.sessions.lockUser(tx.em, userId);
      const user = await this.users.findById(tx.em, userId);
      if (user) requireGoodPassword('new_password', newPassword, [user.username, user.email]);
      await this.users.update(tx.em, userId, { passwordHash });
      const { userAgent, ipAddress } = device;
      await this.audit.record(tx, { type: 'password_changed', userId, device: toDeviceName(userAgent), ipAddress });
      await this.terminator.endAllIn(tx, userId, 'password_changed');
    });
  }
}

function invalidToken(): Error {
  return invalidField('token', 'This link was used already or is too old: ask for a new one');
}
