import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import { Metrics } from '../common/metrics';
import { type Transaction, UnitOfWork } from '../database/unit-of-work';
import type { AdminAuditView, AuditEventView, AuditType, AuditView } from '../protocol/audit';
import type { EndReason } from '../protocol/events';
import { AuditRepository, type NamedAuditEvent } from './audit.repository';

/** An entry to record. */
export interface AuditEntry {
  type: AuditType;
  /** Null for a sign-in with an unknown name. The name itself is never stored, as it may be a mistyped password. */
  userId: number | null;
  sessionId?: string;
  /** Browser and system, for display. */
  device: string;
  ipAddress: string;
  platform?: { id: number; name: string };
  reason?: EndReason;
  /** The administrator who acted, on the device given here. */
  actorUserId?: number;
}

/** Records who did what to an account, when and from where. */
@Injectable()
export class AuditTrail {
  private readonly count: ReturnType<Metrics['counter']>;

  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: AuditRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    metrics: Metrics,
  ) {
    this.count = metrics.counter('vedfolnir_audit_events_total', 'Sign-ins, failures, switches, ends', [
      'type',
      'reason',
    ]);
  }

  /** Records entries within the transaction of the recorded change, so that neither exists without the other. */
  record(tx: Transaction, ...entries: AuditEntry[]): Promise<void> {
    const at = this.clock.now();
    for (const { type, reason } of entries) this.count({ type, reason: reason ?? '' });
    const rows = entries.map((entry) => ({
      at,
      type: entry.type,
      userId: entry.userId,
      sessionId: entry.sessionId ?? null,
      device: entry.device.slice(0, 128),
      ipAddress: entry.ipAddress.slice(0, 45),
      platformId: entry.platform?.id ?? null,
      platformName: entry.platform?.name ?? null,
      actorUserId: entry.actorUserId ?? null,
      reason: entry.reason ?? null,
    }));
    return this.repository.insert(tx.em, rows);
  }

  /** A user's own trail, newest first. */
  async listOwn(userId: number, limit: number, beforeId?: number): Promise<AuditView> {
    const { rows, next } = await this.page(limit, userId, beforeId);
    return { events: rows.map(toOwnEventView), next_before_id: next };
  }

  /** The trail of one user, or of all. */
  async list(limit: number, userId?: number, beforeId?: number): Promise<AdminAuditView> {
    const { rows, next } = await this.page(limit, userId, beforeId);
    const events = rows.map((row) => ({
      ...toEventView(row),
      user_id: row.userId,
      username: row.username,
      actor: row.actorUserId === null ? null : { id: row.actorUserId, username: row.actorUsername },
    }));
    return { events, next_before_id: next };
  }

  /** Deletes events older than AUDIT_RETENTION, at most `limit`. @returns the number of deleted events */
  prune(limit: number): Promise<number> {
    const before = new Date(this.clock.now().getTime() - this.config.auditRetention);
    return this.work.write((tx) => this.repository.prune(tx.em, before, limit));
  }

  private async page(limit: number, userId?: number, beforeId?: number) {
    const found = await this.work.read((em) => this.repository.list(em, limit + 1, userId, beforeId));
    const rows = found.slice(0, limit);
    return { rows, next: found.length > limit ? rows.at(-1)!.id : null };
  }
}

/** Hides an administrator's device and address from users. */
function toOwnEventView(row: NamedAuditEvent): AuditEventView {
  const view = toEventView(row);
  return row.actorUserId === null || row.actorUserId === row.userId
    ? view
    : { ...view, device: 'An administrator', ip_address: '' };
}

function toEventView(row: NamedAuditEvent): AuditEventView {
  return {
    id: row.id,
    at: row.at.toISOString(),
    type: row.type,
    session_id: row.sessionId,
    device: row.device,
    ip_address: row.ipAddress,
    platform_id: row.platformId,
    platform_name: row.platformName,
    reason: row.reason,
  };
}
