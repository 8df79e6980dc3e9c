import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { EndReason } from '../../protocol/events';
import { PlatformConnection } from './platform-connection.entity';
import { User } from './user.entity';

@Entity('vedfolnir_user_sessions')
@Index('uq_vedfolnir_user_sessions_token_hash', ['tokenHash'], { unique: true })
@Index('ix_vedfolnir_user_sessions_user', ['userId', 'endedAt'])
@Index('ix_vedfolnir_user_sessions_platform', ['activePlatformId'])
@Index('ix_vedfolnir_user_sessions_idle', ['endedAt', 'idleExpiresAt'])
@Index('ix_vedfolnir_user_sessions_created', ['createdAt'])
@Index('ix_vedfolnir_user_sessions_rekeyed', ['rekeyedAt'])
@Index('ix_vedfolnir_user_sessions_absolute', ['endedAt', 'absoluteExpiresAt'])
export class UserSession {
  /** Public id; not the cookie's secret. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36 })
  id!: string;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_vedfolnir_user_sessions_user' })
  user?: User;

  /** SHA-256 of the cookie's secret, hex. */
  @Column({ name: 'token_hash', type: 'varchar', length: 64 })
  tokenHash!: string;

  @Column({ name: 'active_platform_id', type: 'integer', nullable: true })
  activePlatformId!: number | null;

  @ManyToOne(() => PlatformConnection, { onDelete: 'SET NULL', nullable: true })
  @JoinColumn({ name: 'active_platform_id', foreignKeyConstraintName: 'fk_vedfolnir_user_sessions_platform' })
  activePlatform?: PlatformConnection | null;

  /** Stays on its platform when the user's other sessions switch. */
  @Column({ name: 'pinned', type: 'boolean', default: false })
  pinned!: boolean;

  @Column({ name: 'user_agent', type: 'varchar', length: 512 })
  userAgent!: string;

  /** The user's name for the device; null: named after the user agent. */
  @Column({ name: 'device_name', type: 'varchar', length: 60, nullable: true })
  deviceName!: string | null;

  @Column({ name: 'ip_address', type: 'varchar', length: 45 })
  ipAddress!: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'last_activity_at', type: 'datetime', precision: 3 })
  lastActivityAt!: Date;

  /** When the password was last given; null for rows older than this column, which use the creation time. */
  @Column({ name: 'authenticated_at', type: 'datetime', precision: 3, nullable: true })
  authenticatedAt!: Date | null;

  /** When the secret was last replaced; null: never. */
  @Column({ name: 'rekeyed_at', type: 'datetime', precision: 3, nullable: true })
  rekeyedAt!: Date | null;

  @Column({ name: 'idle_expires_at', type: 'datetime', precision: 3 })
  idleExpiresAt!: Date;

  @Column({ name: 'absolute_expires_at', type: 'datetime', precision: 3 })
  absoluteExpiresAt!: Date;

  @Column({ name: 'ended_at', type: 'datetime', precision: 3, nullable: true })
  endedAt!: Date | null;

  @Column({ name: 'end_reason', type: 'varchar', length: 20, nullable: true })
  endReason!: EndReason | null;
}
