import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditType } from '../../protocol/audit';
import type { EndReason } from '../../protocol/events';

/**
 * One line of the audit trail. Points at other rows by number only, without foreign keys: the trail outlives what it
 * tells of, and writing it locks no row of another table.
 */
@Entity('vedfolnir_audit_events')
@Index('ix_vedfolnir_audit_events_user', ['userId', 'id'])
@Index('ix_vedfolnir_audit_events_at', ['at'])
export class AuditEvent {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'datetime', precision: 3 })
  at!: Date;

  @Column({ type: 'varchar', length: 32 })
  type!: AuditType;

  /** Null for a sign-in under a name that nobody has. */
  @Column({ name: 'user_id', type: 'integer', nullable: true })
  userId!: number | null;

  @Column({ name: 'session_id', type: 'varchar', length: 36, nullable: true })
  sessionId!: string | null;

  /** Browser and system, in words. */
  @Column({ type: 'varchar', length: 128 })
  device!: string;

  @Column({ name: 'ip_address', type: 'varchar', length: 45 })
  ipAddress!: string;

  @Column({ name: 'platform_id', type: 'integer', nullable: true })
  platformId!: number | null;

  /** As it was called then. */
  @Column({ name: 'platform_name', type: 'varchar', length: 100, nullable: true })
  platformName!: string | null;

  /** The administrator who did it; null where it was the person themselves, or nobody. */
  @Column({ name: 'actor_user_id', type: 'integer', nullable: true })
  actorUserId!: number | null;

  @Column({ type: 'varchar', length: 20, nullable: true })
  reason!: EndReason | null;
}
