import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditType } from '../../protocol/audit';
import type { EndReason } from '../../protocol/events';

/**
 * An entry of the audit trail. References other rows without foreign keys: the trail outlives them, and writing it
 * locks no row of another table.
 */
@Entity('vedfolnir_audit_events')
@Index('ix_vedfolnir_audit_events_user', ['userId', 'id'])
@Index('ix_vedfolnir_audit_events_at', ['at'])
export class AuditEvent {
  @PrimaryGeneratedColumn({ name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'at', type: 'datetime', precision: 3 })
  at!: Date;

  @Column({ name: 'type', type: 'varchar', length: 32 })
  type!: AuditType;

  /** Null for a sign-in with an unknown name. */
  @Column({ name: 'user_id', type: 'integer', nullable: true })
  userId!: number | null;

  @Column({ name: 'session_id', type: 'varchar', length: 36, nullable: true })
  sessionId!: string | null;

  /** Browser and system, for display. */
  @Column({ name: 'device', type: 'varchar', length: 128 })
  device!: string;

  @Column({ name: 'ip_address', type: 'varchar', length: 45 })
  ipAddress!: string;

  @Column({ name: 'platform_id', type: 'integer', nullable: true })
  platformId!: number | null;

  /** The connection's name at that time. */
  @Column({ name: 'platform_name', type: 'varchar', length: 100, nullable: true })
  platformName!: string | null;

  /** The administrator who acted; null otherwise. */
  @Column({ name: 'actor_user_id', type: 'integer', nullable: true })
  actorUserId!: number | null;

  @Column({ name: 'reason', type: 'varchar', length: 20, nullable: true })
  reason!: EndReason | null;
}
