import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service';
import { UserRepository } from '../auth/user.repository';
import { AppError, invalidField } from '../common/app-error';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import { isDuplicateKey } from '../database/database-errors';
import type { User } from '../database/entities/user.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import type { HttpRequest, HttpResponse } from '../http/http-types';
import { BatchService } from '../session/batch/batch.service';
import { DeviceWatch } from '../session/device-watch';
import { deviceOf } from '../session/request-session';
import { SessionRepository } from '../session/session.repository';
import { SessionService as Sessions } from '../session/session.service';
import type { SessionContext } from '../session/session-context';
import { clearSecret, readSecret, setSecret } from '../session/session-cookie';
import { SessionDevices } from '../session/session-devices';
import { SessionTerminator } from '../session/session-terminator';

/** Somebody whom the host has signed in by its own means. */
export interface HostUser {
  /** What the host knows the person by; never changes. At most 255 characters. */
  externalId: string;
  /** At most 64 characters. */
  username: string;
  /** At most 254 characters. */
  email: string;
}

/** For hosts: signing people in and out, and work that is done only while their session lives. */
@Injectable()
export class SessionService {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UserRepository,
    private readonly sessions: Sessions,
    private readonly devices: SessionDevices,
    private readonly deviceWatch: DeviceWatch,
    private readonly rows: SessionRepository,
    private readonly terminator: SessionTerminator,
    private readonly batch: BatchService,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Makes or finds the person, opens a session and sets its cookie. The session that the browser had before ends.
   * @returns the new session
   * @throws AppError VALIDATION_ERROR for a name that does not fit; INVALID_CREDENTIALS where the person is disabled
   */
  async signIn(request: HttpRequest, response: HttpResponse, user: HostUser): Promise<SessionContext> {
    requireFitting(user);
    const { id } = await this.findOrCreate(user);
    const device = deviceOf(request, this.config);
    const { secret, context } = await this.auth.openSession(id, device, { held: readSecret(this.config, request) });
    setSecret(this.config, request, response, secret);
    return context;
  }

  /** Ends the session of the request in all of its tabs, and takes its cookie away. Nothing where there is none. */
  async signOut(request: HttpRequest, response: HttpResponse): Promise<void> {
    const context = await this.find(request);
    if (context) await this.devices.logout(context);
    clearSecret(this.config, request, response);
  }

  /** Ends every session of a person of the host, on all nodes. @returns how many */
  async signOutEverywhere(externalId: string): Promise<number> {
    const user = await this.work.read((em) => this.users.findByKey(em, externalKey(externalId)));
    if (!user) return 0;
    return this.work.write(async (tx) => {
      await this.rows.lockUser(tx.em, user.id);
      return this.terminator.endAllIn(tx, user.id, 'revoked');
    });
  }

  /** The live session of a request, for routes without a guard; null where there is none. */
  async find(request: HttpRequest): Promise<SessionContext | null> {
    const secret = readSecret(this.config, request);
    if (!secret) return null;
    const device = deviceOf(request, this.config);
    try {
      const context = await this.sessions.authenticate(secret, device.ipAddress);
      // As the guard does: another browser that shows the cookie ends the session.
      await this.deviceWatch.check(context, device);
      return context;
    } catch (error) {
      if (error instanceof AppError && error.status === 401) return null;
      throw error;
    }
  }

  /** The context of a live session by its public id, or null. */
  getContext(sessionId: string): Promise<SessionContext | null> {
    return this.sessions.getContext(sessionId);
  }

  /** Whether the session is live and belongs to this user. */
  validate(sessionId: string, userId: number): Promise<boolean> {
    return this.sessions.validate(sessionId, userId);
  }

  /**
   * The same for many sessions, 50 with each query.
   * @param pairs session id and user id
   * @returns by session id; one that is named with several users is true only if it is all of theirs
   */
  validateAll(pairs: readonly [sessionId: string, userId: number][]): Promise<Record<string, boolean>> {
    return this.batch.validate(pairs);
  }

  /**
   * Ends what has expired of these users and removes old rows, 20 users at a time.
   * @returns how many rows, by user id and in all
   */
  cleanUp(userIds: readonly number[]): Promise<{ cleaned: number; results: Record<string, number> }> {
    return this.batch.cleanupUsers(userIds);
  }

  /**
   * Work that is done only if the session is still live in the transaction that does it.
   * @param work may run more than once: it must do nothing but database work, by `tx.em`
   * @throws AppError SESSION_EXPIRED, SESSION_REVOKED or SESSION_INVALID, and nothing is done
   */
  runAuthorized<T>(caller: SessionContext, work: (tx: Transaction, context: SessionContext) => Promise<T>): Promise<T> {
    return this.sessions.runAuthorized(caller, work);
  }

  private async findOrCreate(user: HostUser): Promise<User> {
    const known = await this.work.read((em) => this.users.findByKey(em, externalKey(user.externalId)));
    if (known) return this.renamed(known, user);
    const now = this.clock.now();
    const row = {
      username: user.username,
      usernameKey: externalKey(user.externalId),
      email: user.email,
      emailKey: externalKey(user.externalId),
      // No password matches it: the host alone signs this person in.
      passwordHash: '',
      role: 'user' as const,
      isActive: true,
      revision: 0,
      changedAt: now,
      lastPlatformId: null,
      createdAt: now,
    };
    return this.work
      .write((tx) => this.users.insert(tx.em, row))
      .catch((error: unknown) => {
        // Another request of the same person was faster.
        if (isDuplicateKey(error)) return this.findOrCreate(user);
        throw error;
      });
  }

  private async renamed(known: User, { username, email }: HostUser): Promise<User> {
    if (known.username === username && known.email === email) return known;
    await this.work.write((tx) => this.rows.lockAndRaise(tx.em, known.id, this.clock.now(), { username, email }));
    return known;
  }
}

/** Longer than a registered user name can be, so it is never the key of one. */
function externalKey(externalId: string): string {
  return `external:${createHash('sha256').update(externalId).digest('hex')}`;
}

function requireFitting({ externalId, username, email }: HostUser): void {
  for (const [field, value, limit] of [
    ['externalId', externalId, 255],
    ['username', username, 64],
    ['email', email, 254],
  ] as const) {
    if (typeof value !== 'string' || value === '' || value.length > limit) {
      throw invalidField(field, `${field} must be a text of 1 to ${limit} characters`);
    }
  }
}
