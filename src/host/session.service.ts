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
import type { SessionContext } from '../session/session-context';
import { clearSecret, readSecret, setSecret } from '../session/session-cookie';
import { SessionDevices } from '../session/session-devices';
import { SessionLifecycleService } from '../session/session-lifecycle.service';
import { SessionTerminator } from '../session/session-terminator';

/** A user whom the host has authenticated. */
export interface HostUser {
  /** The host's id of the user; must never change. At most 255 characters. */
  externalId: string;
  /** At most 64 characters. */
  username: string;
  /** At most 254 characters. */
  email: string;
}

/** For hosts: signs users in and out, and runs work only while a session is live. */
@Injectable()
export class SessionService {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UserRepository,
    private readonly sessions: SessionLifecycleService,
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
   * Creates or finds the user, opens a session and sets its cookie. The browser's previous session is ended.
   * @returns the new session
   * @throws AppError VALIDATION_ERROR for a value that is empty or too long; INVALID_CREDENTIALS if the user is
   *   disabled
   */
  async signIn(request: HttpRequest, response: HttpResponse, user: HostUser): Promise<SessionContext> {
    requireFitting(user);
    const { id } = await this.findOrCreate(user);
    const device = deviceOf(request, this.config);
    const { secret, context } = await this.auth.openSession(id, device, { held: readSecret(this.config, request) });
    setSecret(this.config, request, response, secret);
    return context;
  }

  /**
   * Ends the request's session in all its tabs, and clears its cookie. Without a live session only the cookie is
   * cleared.
   */
  async signOut(request: HttpRequest, response: HttpResponse): Promise<void> {
    const context = await this.find(request);
    if (context) await this.devices.logout(context);
    clearSecret(this.config, request, response);
  }

  /** Ends every session of a host's user, on all nodes. @returns the number of ended sessions */
  async signOutEverywhere(externalId: string): Promise<number> {
    const user = await this.work.read((em) => this.users.findByKey(em, externalKey(externalId)));
    if (!user) return 0;
    return this.work.write(async (tx) => {
      await this.rows.lockUser(tx.em, user.id);
      return this.terminator.endAllIn(tx, user.id, 'revoked');
    });
  }

  /** The live session of a request, for routes without a guard; null if there is none. */
  async find(request: HttpRequest): Promise<SessionContext | null> {
    const secret = readSecret(this.config, request);
    if (!secret) return null;
    const device = deviceOf(request, this.config);
    try {
      const context = await this.sessions.authenticate(secret, device.ipAddress);
      // As in the guard: another browser that sends the cookie ends the session.
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
   * As `validate`, for many sessions, with one query for every 50.
   * @param pairs session id and user id
   * @returns a result for each session id; an id paired with several users is true only if all pairs match
   */
  validateAll(pairs: readonly [sessionId: string, userId: number][]): Promise<Record<string, boolean>> {
    return this.batch.validate(pairs);
  }

  /**
   * Ends these users' expired sessions and deletes old rows, 20 users at a time.
   * @returns the number of rows, in total and by user id
   */
  cleanUp(userIds: readonly number[]): Promise<{ cleaned: number; results: Record<string, number> }> {
    return this.batch.cleanupUsers(userIds);
  }

  /**
   * Runs work in a transaction in which the session is live.
   * @param work may run more than once: it must do nothing but database work, by `tx.em`
   * @throws AppError SESSION_EXPIRED, SESSION_REVOKED or SESSION_INVALID; nothing is done then
   */
  runAuthorized<T>(caller: SessionContext, work: (tx: Transaction, context: SessionContext) => Promise<T>): Promise<T> {
    return this.sessions.runAuthorized(caller, work);
  }

  private async findOrCreate(user: HostUser): Promise<User> {
    const known = await this.work.read((em) => this.users.findByKey(em, externalKey(user.externalId)));
    if (known) return this.renamed(known, user);
    const { username, email, externalId } = user;
    const key = externalKey(externalId);
    // No password matches an empty hash: only the host can sign this user in.
    const row = { username, email, usernameKey: key, emailKey: key, passwordHash: '' };
    return this.work
      .write((tx) => this.users.insert(tx.em, row, this.clock.now()))
      .catch((error: unknown) => {
        // Another request has created the user in the meantime.
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

/** Longer than any registered user name, so that it never collides with one. */
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
