import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuditTrail } from '../audit/audit-trail';
import { AppError } from '../common/app-error';
import { UnitOfWork } from '../database/unit-of-work';
import { isSameDevice, toDeviceName } from './device';
import { SessionRepository } from './session.repository';
import type { Device, SessionContext } from './session-context';
import { SessionTerminator } from './session-terminator';

/** Sessions whose address this node wrote recently; forgetting one costs a write that changes nothing. */
const MAX_REMEMBERED_SESSIONS = 20_000;
/** Limits address writes per session and period: with dual stack or Tor a session alternates between addresses. */
const MAX_WRITES_PER_PERIOD = 20;
const PERIOD_MS = 3_600_000;

/** Compares the browser and address of a session's requests and sockets with those on record. */
@Injectable()
export class DeviceWatch {
  /** The address last written, by session: a cached context may still have the one before. */
  private readonly addresses = new LRUCache<string, string>({ max: MAX_REMEMBERED_SESSIONS });
  /** Number of address writes in this period, by session. */
  private readonly writes = new LRUCache<string, number>({
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

  /** Whether `check` would have nothing to do. */
  isUnchanged({ session }: SessionContext, { userAgent, ipAddress }: Device): boolean {
    const isKnown = (this.addresses.get(session.id) ?? session.ipAddress) === ipAddress.slice(0, 45);
    const isLimited = (this.writes.get(session.id) ?? 0) >= MAX_WRITES_PER_PERIOD;
    return (isKnown || isLimited) && isSameDevice(session.userAgent, userAgent);
  }

  /**
   * Ends the session when its cookie is sent by another browser; a new address is only recorded.
   * @throws AppError SESSION_REVOKED
   */
  async check(context: SessionContext, device: Device): Promise<void> {
    const { session, user } = context;
    if (session.endedAt || this.isUnchanged(context, device)) return;
    if (!isSameDevice(session.userAgent, device.userAgent)) {
      await this.work.write(async (tx) => {
        await this.repository.lockUser(tx.em, user.id);
        await this.endings.endIn(tx, session.id, 'revoked', device);
      });
      throw new AppError('SESSION_REVOKED', { reason: 'revoked' });
    }
    await this.recordAddress(context, device);
  }

  private async recordAddress({ session, user }: SessionContext, device: Device): Promise<void> {
    const ipAddress = device.ipAddress.slice(0, 45);
    await this.work.write(async (tx) => {
      // Of concurrent requests from the new address only the first changes the row.
      if (!(await this.repository.setAddress(tx.em, session.id, ipAddress))) return;
      const actor = { userId: user.id, sessionId: session.id, device: toDeviceName(session.userAgent) };
      await this.audit.record(tx, { type: 'address_changed', ...actor, ipAddress });
    });
    this.addresses.set(session.id, ipAddress);
    this.writes.set(session.id, (this.writes.get(session.id) ?? 0) + 1);
  }
}
