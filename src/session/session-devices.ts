import { Injectable } from '@nestjs/common';
import { Presence } from '../cluster/presence';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import type { EndReason } from '../protocol/events';
import type { DeviceView } from '../protocol/http';
import { SessionRepository } from './session.repository';
import { toDeviceView } from './session.views';
import type { SessionContext } from './session-context';
import { SessionLifecycleService } from './session-lifecycle.service';
import { SessionTerminator } from './session-terminator';
import { hashSecret, isSecret } from './session-token';

/** Lists and signs out a user's devices; each live session is one. */
@Injectable()
export class SessionDevices {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: SessionLifecycleService,
    private readonly repository: SessionRepository,
    private readonly endings: SessionTerminator,
    private readonly clock: Clock,
    private readonly presence: Presence,
  ) {}

  /** The caller's devices. */
  async list(context: SessionContext): Promise<DeviceView[]> {
    const rows = await this.work.read((em) => this.repository.listLive(em, context.user.id, this.clock.now()));
    const online = await this.presence.online(rows.map((row) => row.id));
    return rows.map((row) => toDeviceView(row, row.id === context.session.id, online.has(row.id)));
  }

  /**
   * Ends the caller's own session, even if it has just expired.
   * @param everywhere also ends all other sessions of the user; the caller's must then be live
   * @throws AppError SESSION_EXPIRED, SESSION_REVOKED or SESSION_INVALID for `everywhere`; nothing is ended then
   */
  async logout(context: SessionContext, everywhere = false): Promise<void> {
    if (everywhere) {
      await this.sessions.runAuthorized(context, async (tx, live) => {
        await this.endOthersIn(tx, live, 'revoked');
        await this.endings.endIn(tx, live.session.id, 'logout');
      });
      return;
    }
    await this.work.write(async (tx) => {
      await this.repository.lockUser(tx.em, context.user.id);
      await this.endings.endIn(tx, context.session.id, 'logout');
    });
  }

  /** @param name empty: restores the browser's name @throws AppError SESSION_NOT_FOUND */
  async rename(caller: SessionContext, sessionId: string, name: string): Promise<void> {
    await this.sessions.runAuthorized(caller, async (tx, { user }) => {
      const live = await this.repository.listLive(tx.em, user.id, this.clock.now());
      if (!live.some(({ id }) => id === sessionId)) throw new AppError('SESSION_NOT_FOUND');
      await this.repository.setDeviceName(tx.em, sessionId, name.trim() || null);
    });
  }

  /** Signs out one of the caller's devices. @throws AppError SESSION_NOT_FOUND */
  async end(caller: SessionContext, sessionId: string): Promise<void> {
    await this.sessions.runAuthorized(caller, async (tx, { user }) => {
      const target = await this.repository.findById(tx.em, sessionId);
      // MySQL ignores trailing spaces when it compares ids.
      const owned = target?.user.id === user.id && target.session.id === sessionId;
      // Also ends an expired session: a concurrent extension could revive it.
      const ended = owned && (await this.endings.endIn(tx, sessionId, 'revoked'));
      if (!ended) throw new AppError('SESSION_NOT_FOUND');
    });
  }

  /** Signs out all other devices of the caller. @returns the number of ended sessions */
  endOthers(caller: SessionContext): Promise<number> {
    return this.sessions.runAuthorized(caller, (tx, context) => this.endOthersIn(tx, context, 'revoked'));
  }

  /** As `endOthers`, in the caller's transaction. */
  endOthersIn(tx: Transaction, { user, session }: SessionContext, reason: EndReason): Promise<number> {
    return this.endings.endAllIn(tx, user.id, reason, session.id);
  }

  /** The device name that the user gave to the session of this secret. */
  async nameOf(tx: Transaction, userId: number, secret: string): Promise<string | null> {
    return isSecret(secret) ? this.repository.findDeviceName(tx.em, userId, hashSecret(secret)) : null;
  }

  /** Ends the session of this secret, if there is one: a new session replaces it in its browser. */
  async endReplacedIn(tx: Transaction, secret: string): Promise<void> {
    if (!isSecret(secret)) return;
    const replaced = await this.repository.findByTokenHash(tx.em, hashSecret(secret));
    if (replaced) await this.endings.endIn(tx, replaced.session.id, 'replaced');
  }
}
