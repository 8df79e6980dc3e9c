import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { AppError, invalidField } from '../common/app-error';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import { MonitorPerformance } from '../common/performance';
import { isDuplicateKey } from '../database/database-errors';
import type { User } from '../database/entities/user.entity';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import { auditActorOf } from '../session/audit-actor';
import { toDeviceName } from '../session/device';
import { requireLive } from '../session/liveness';
import { SessionRepository } from '../session/session.repository';
import type { Device, SessionContext } from '../session/session-context';
import { SessionDevices } from '../session/session-devices';
import { type NewSession, SessionLifecycleService } from '../session/session-lifecycle.service';
import type { ChangePasswordDto, LoginDto, RegisterDto } from './auth.dto';
import { LoginThrottle } from './login-throttle';
import { requireGoodPassword } from './password-policy';
import { hashPassword, isPassword } from './passwords';
import { UserRepository } from './user.repository';
import { isReserved } from './username-policy';

export interface SignedIn {
  secret: string;
  context: SessionContext;
}

@Injectable()
export class AuthService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly users: UserRepository,
    private readonly sessions: SessionLifecycleService,
    private readonly devices: SessionDevices,
    private readonly sessionRows: SessionRepository,
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Creates an account and signs it in.
   * @param held the secret in the browser's cookie so far; its session is ended
   * @throws AppError REGISTRATION_CLOSED, USERNAME_TAKEN or RATE_LIMITED
   */
  async register(form: RegisterDto, device: Device, held?: string | null): Promise<SignedIn> {
    await this.throttle.register(device.ipAddress);
    requireGoodPassword('password', form.password, [form.username, form.email]);
    const passwordHash = await hashPassword(form.password);
    return this.work
      .write(async (tx) => {
        const { registration } = this.config;
        const mayBeFirst = registration !== 'closed' && (await this.users.isEmpty(tx.em));
        const closed = registration !== 'open';
        if (closed && !mayBeFirst) throw new AppError('REGISTRATION_CLOSED');
        const { username, email } = form;
        const user = await this.users.insert(tx.em, { username, email, passwordHash }, this.clock.now());
        const first = mayBeFirst && (await this.users.lockFirst(tx.em)) === user.id;
        if (closed && !first) throw new AppError('REGISTRATION_CLOSED');
        if (!first && isReserved(form.username))
          throw invalidField('username', 'This name is kept for the site itself');
        if (first) await this.users.update(tx.em, user.id, { role: 'admin' });
        if (held) await this.devices.endReplacedIn(tx, held);
        return this.toSignedIn(tx, await this.sessions.createIn(tx, user.id, null, device));
      })
      .catch((error: unknown) => {
        throw isDuplicateKey(error) ? new AppError('USERNAME_TAKEN') : error;
      });
  }

  /**
   * Checks the password and creates a session.
   * @param held as in `register`
   * @throws AppError INVALID_CREDENTIALS, PLATFORM_NOT_FOUND or RATE_LIMITED
   */
  @MonitorPerformance('login')
  async login(form: LoginDto, device: Device, held?: string | null): Promise<SignedIn> {
    const { username: login, password } = form;
    const address = device.ipAddress;
    const isKnown = () => this.work.read((em) => this.users.wasUsedFrom(em, login, address));
    const user = await this.throttle.signIn({ login, address, isKnown }, () =>
      this.checkPassword(login, password, device),
    );
    return this.openSession(user.id, device, { platformId: form.platform_id, checked: user.passwordHash, held });
  }

  /**
   * As `login`, for a user already authenticated.
   * @param how.checked the hash that the password was checked against: if it has changed since, no session is created
   * @throws AppError PLATFORM_NOT_FOUND or INVALID_CREDENTIALS (no such user)
   */
  openSession(
    userId: number,
    device: Device,
    { platformId, checked, held }: { platformId?: number; checked?: string; held?: string | null } = {},
  ): Promise<SignedIn> {
    return this.work.write(async (tx) => {
      await this.sessionRows.lockUser(tx.em, userId);
      const user = await this.users.findById(tx.em, userId);
      const changed = checked !== undefined && user?.passwordHash !== checked;
      if (!user?.isActive || changed) throw new AppError('INVALID_CREDENTIALS');
      const start = await this.sessionRows.startingPlatform(tx.em, user.id, platformId);
      if (start === undefined) throw new AppError('PLATFORM_NOT_FOUND');
      const deviceName = held ? await this.devices.nameOf(tx, user.id, held) : null;
      if (held) await this.devices.endReplacedIn(tx, held);
      return this.toSignedIn(tx, await this.sessions.createIn(tx, user.id, start, device, deviceName));
    });
  }

  /** Checks the password again, records that, and gives the session a new secret. */
  async reauthenticate(caller: SessionContext, password: string, device: Device): Promise<SignedIn> {
    const { passwordHash } = await this.confirm(caller, password, device);
    return this.sessions.runAuthorized(caller, async (tx, context) => {
      await this.requireUnchanged(tx, caller, passwordHash);
      await this.audit.record(tx, { type: 'reauthenticated', ...auditActorOf(context) });
      return this.rekeyed(tx, context);
    });
  }

  /** Changes the password, gives this session a new secret, and ends all others of the user. */
  async changePassword(caller: SessionContext, form: ChangePasswordDto, device: Device): Promise<SignedIn> {
    const before = await this.confirm(caller, form.current_password, device);
    if (form.new_password === form.current_password) {
      throw invalidField('new_password', 'new_password must differ from the current one');
    }
    requireGoodPassword('new_password', form.new_password, [before.username, before.email]);
    const passwordHash = await hashPassword(form.new_password);
    return this.sessions.runAuthorized(caller, async (tx, context) => {
      await this.requireUnchanged(tx, caller, before.passwordHash);
      await this.users.update(tx.em, caller.user.id, { passwordHash });
      await this.audit.record(tx, { type: 'password_changed', ...auditActorOf(context) });
      await this.devices.endOthersIn(tx, context, 'password_changed');
      return this.rekeyed(tx, context);
    });
  }

  /**
   * Checks the caller's own password; limited, as a stolen session could be used to guess it.
   * @throws AppError INVALID_CREDENTIALS, RATE_LIMITED
   */
  private confirm({ user, session }: SessionContext, password: string, device: Device): Promise<User> {
    const check = () => this.checkPassword(user.username, password, device, session.id);
    return this.throttle.confirm(session.id, device.ipAddress, check);
  }

  /** Another request may have changed the password during hashing. @throws AppError INVALID_CREDENTIALS */
  private async requireUnchanged(tx: Transaction, { user }: SessionContext, passwordHash: string): Promise<void> {
    const now = await this.users.findById(tx.em, user.id);
    if (now?.passwordHash !== passwordHash) throw new AppError('INVALID_CREDENTIALS');
  }

  private async rekeyed(tx: Transaction, context: SessionContext): Promise<SignedIn> {
    return this.toSignedIn(tx, { id: context.session.id, secret: await this.sessions.rekeyIn(tx, context) });
  }

  /** Records failures in the audit trail. Takes equally long whether or not the user exists. */
  private async checkPassword(login: string, password: string, device: Device, sessionId?: string): Promise<User> {
    const user = await this.work.read((em) => this.users.findByLogin(em, login));
    const matches = await isPassword(user?.passwordHash ?? null, password);
    if (user?.isActive && matches) return user;
    const actor = { userId: user?.id ?? null, sessionId, device: toDeviceName(device.userAgent) };
    await this.work.write((tx) =>
      this.audit.record(tx, { type: 'sign_in_failed', ...actor, ipAddress: device.ipAddress }),
    );
    throw new AppError('INVALID_CREDENTIALS');
  }

  /** Read within the transaction: afterwards the session may already have been replaced. */
  private async toSignedIn(tx: Transaction, { id, secret }: NewSession): Promise<SignedIn> {
    const context = await this.sessionRows.findById(tx.em, id);
    return { secret, context: requireLive(context, this.clock.now()) };
  }
}
