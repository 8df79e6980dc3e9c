import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import type { PlatformType } from '../../protocol/http';
import { User } from './user.entity';

@Entity('vedfolnir_platform_connections')
@Index('uq_vedfolnir_platform_connections_account', ['userId', 'accountKey'], { unique: true })
@Index('ix_vedfolnir_platform_connections_check', ['nextCheckAt'])
export class PlatformConnection {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_vedfolnir_platform_connections_user' })
  user?: User;

  @Column({ type: 'varchar', length: 100 })
  name!: string;

  @Column({ name: 'platform_type', type: 'varchar', length: 16 })
  platformType!: PlatformType;

  @Column({ name: 'instance_url', type: 'varchar', length: 255 })
  instanceUrl!: string;

  @Column({ type: 'varchar', length: 255, nullable: true })
  username!: string | null;

  /** Instance and account, hashed: what makes two connections of a user the same one. */
  @Column({ name: 'account_key', type: 'varchar', length: 64 })
  accountKey!: string;

  /** Sealed by the token cipher; never leaves the server. */
  @Column({ name: 'access_token', type: 'text' })
  accessToken!: string;

  @Column({ name: 'is_default', type: 'boolean', default: false })
  isDefault!: boolean;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive!: boolean;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** The account's id on its instance; this and the next five are null until the instance has told them. */
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

  /** The instance has refused the token; nothing is sent there until there is a new one. */
  @Column({ name: 'needs_reconnect', type: 'boolean', default: false })
  needsReconnect!: boolean;

  /** Why, for the person to read. */
  @Column({ name: 'reconnect_reason', type: 'varchar', length: 255, nullable: true })
  reconnectReason!: string | null;

  /** When the instance confirmed that the token is this account's; null with every new token, and nothing goes before. */
  @Column({ name: 'met_at', type: 'datetime', precision: 3, nullable: true })
  metAt!: Date | null;

  /** When account and limits are to be asked for again, and by whom it falls: a claim moves it forward. */
  @Column({ name: 'next_check_at', type: 'datetime', precision: 3, nullable: true })
  nextCheckAt!: Date | null;

  /** Of OAuthApp: what the token was given to, so that it can be revoked there. Null: it was pasted. */
  @Column({ name: 'app_key', type: 'varchar', length: 64, nullable: true })
  appKey!: string | null;

  /** In a row. */
  @Column({ name: 'check_failures', type: 'integer', default: 0 })
  checkFailures!: number;
}

/** What a connection learns of itself later; absent when it is made. */
type Learned =
  | 'remoteAccountId'
  | 'displayName'
  | 'avatarUrl'
  | 'maxCharacters'
  | 'charactersPerUrl'
  | 'mediaLimits'
  | 'needsReconnect'
  | 'reconnectReason'
  | 'metAt'
  | 'nextCheckAt'
  | 'checkFailures'
  | 'appKey';
export type NewPlatformConnection = Omit<PlatformConnection, 'id' | 'user' | Learned> &
  Partial<Pick<PlatformConnection, Learned>>;
