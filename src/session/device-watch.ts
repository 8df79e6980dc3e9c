import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuditTrail } from '../audit/audit-trail';
import { AppError } from '../common/app-error';
import { UnitOfWork } from '../database/unit-of-work';
import { isSameDevice, toDeviceName } from './device';
import { SessionRepository } from './session.repository';
import type { Device, SessionContext } from './session-context';
import { SessionTerminator } from './session-terminator';

/** Sessions whose address this node has just written; a forgotten one costs one write that changes nothing. */
const MAX_REMEMBERED_SESSIONS = 20_000;
/** A session that goes back and forth between addresses, as over dual stack or Tor, is noted so often within this time; ms. */
const MAX_WRITES_PER_PERIOD = 20;
const PERIOD_MS = 3_600_000;

/** Looks at where the requests and sockets of a session come from. */
@Injectable()
export class DeviceWatch {
  /** A context from the cache may still have the address from before. */
  private readonly addresses = new LRUCache<string, string>({ max: MAX_REMEMBERED_SESSIONS });
  /** How often the address of a session was noted in this period. */
  private readonly notes = new LRUCache<string, number>({
    max: MAX_REMEMBERED_SESSIONS,
    ttl: PERIOD_MS,
    noUpdateTTL: true,
  });

  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: SessionRepository,
    private readonly endings: SessionTerminator,
    private readonly audit: AuditTrail,
  ) {}

  /** Whether all is as it was when this session was last looked at, so that `check` would do nothing. */
  isSettled({ session }: SessionContext, { userAgent, ipAddress }: Device): boolean {
    const isKnown = (this.addresses.get(session.id) ?? session.ipAddress) === ipAddress.slice(0, 45);
    const isEnough = (this.notes.get(session.id) ?? 0) >= MAX_WRITES_PER_PERIOD;
    return (isKnown || isEnough) && isSameDevice(session.userAgent, userAgent);
  }

  /**
   * Another browser with this session's cookie ends the session; another address is only noted.
   * @throws AppError SESSION_REVOKED
   */
  async check(context: SessionContext, device: Device): Promise<void> {
    const { session, user } = context;
    if (session.endedAt || this.isSettled(context, device)) return;
    if (!isSameDevice(session.userAgent, device.userAgent)) {
      await this.work.write(async (tx) => {
        await this.repository.lockUser(tx.em, user.id);
        await this.endings.endIn(tx, session.id, 'revoked', device);
      });
      throw new AppError('SESSION_REVOKED', { reason: 'revoked' });
    }
    await this.noteAddress(context, device);
  }

  private async noteAddress({ session, user }: SessionContext, device: Device): Promise<void> {
    const ipAddress = device.ipAddress.slice(0, 45);
    await this.work.write(async (tx) => {
      // Of several requests that come at once from the new address, one finds it changed.
      if (!(await this.repository.setAddress(tx.em, session.id, ipAddress))) return;
      const who = { userId: user.id, sessionId: session.id, device: toDeviceName(session.userAgent) };
      await this.audit.record(tx, { type: 'address_changed', ...who, ipAddress });
    });
    this.addresses.set(session.id, ipAddress);
    this.notes.set(session.id, (this.notes.get(session.id) ?? 0) + 1);
  }
}
