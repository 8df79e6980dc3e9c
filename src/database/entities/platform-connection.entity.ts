import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import type { PlatformType } from '../../protocol/http';
import { User } from './user.entity';

@Entity('vedfolnir_platform_connections')
@Index('uq_vedfolnir_platform_connections_account', ['userId', 'accountKey'], { unique: true })
@Index('ix_vedfolnir_platform_connections_check', ['nextCheckAt'])
export class PlatformConnection {
  @PrimaryGeneratedColumn({ name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_vedfolnir_platform_connections_user' })
  user?: User;

  @Column({ name: 'name', type: 'varchar', length: 100 })
  name!: string;

  @Column({ name: 'platform_type', type: 'varchar', length: 16 })
  platformType!: PlatformType;

  @Column({ name: 'instance_url', type: 'varchar', length: 255 })
  instanceUrl!: string;

  @Column({ name: 'username', type: 'varchar', length: 255, nullable: true })
  username!: string | null;

  /** Hash of instance and account: a user may connect each account once. */
  @Column({ name: 'account_key', type: 'varchar', length: 64 })
  accountKey!: string;

  /** Encrypted by the token cipher; never leaves the server. */
  @Column({ name: 'access_token', type: 'text' })
  accessToken!: string;

  @Column({ name: 'is_default', type: 'boolean', default: false })
  isDefault!: boolean;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive!: boolean;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** The account's id on its instance; this and the next five columns are null until the instance was asked. */
  @Column({ name: 'remote_account_id', type: 'varchar', length: 255, nullable: true })
  remoteAccountId!: string | null;

  @Column({ name: 'display_name', type: 'varchar', length: 255, nullable: true })
  displayName!: string | null;

  @Column({ name: 'avatar_url', type: 'varchar', length: 1024, nullable: true })
  avatarUrl!: string | null;

  @Column({ name: 'max_characters', type: 'integer', nullable: true })
  maxCharacters!: number | null;

  @Column({ name: 'characters_per_url', type: 'integer', nullable: true })
  charactersPerUrl!: number | null;

  /** MediaLimits as JSON. */
  @Column({ name: 'media_limits', type: 'text', nullable: true })
  mediaLimits!: string | null;

  /** The instance rejected the token; nothing is sent there until it is replaced. */
  @Column({ name: 'needs_reconnect', type: 'boolean', default: false })
  needsReconnect!: boolean;

  /** The reason, for display. */
  @Column({ name: 'reconnect_reason', type: 'varchar', length: 255, nullable: true })
  reconnectReason!: string | null;

  /**
   * When the instance confirmed that the token belongs to this account; null for a new token, and nothing is sent until
   * then.
   */
  @Column({ name: 'met_at', type: 'datetime', precision: 3, nullable: true })
  confirmedAt!: Date | null;

  /** When to refresh account and limits; a worker claims the task by moving this forward. */
  @Column({ name: 'next_check_at', type: 'datetime', precision: 3, nullable: true })
  nextCheckAt!: Date | null;

  /** The OAuthApp that the token was issued to, for revoking it; null for a pasted token. */
  @Column({ name: 'app_key', type: 'varchar', length: 64, nullable: true })
  appKey!: string | null;

  /** Consecutive failures. */
  @Column({ name: 'check_failures', type: 'integer', default: 0 })
  checkFailures!: number;
}

/** Columns that are filled later, and are optional when a connection is created. */
type FilledLater =
  | 'remoteAccountId'
  | 'displayName'
  | 'avatarUrl'
  | 'maxCharacters'
  | 'charactersPerUrl'
  | 'mediaLimits'
  | 'needsReconnect'
  | 'reconnectReason'
  | 'confirmedAt'
  | 'nextCheckAt'
  | 'checkFailures'
  | 'appKey';
export type NewPlatformConnection = Omit<PlatformConnection, 'id' | 'user' | FilledLater> &
  Partial<Pick<PlatformConnection, FilledLater>>;
