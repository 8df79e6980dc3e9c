import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import type { PlatformType } from '../../protocol/http';
import { User } from './user.entity';

@Entity('platform_connections')
@Index('uq_platform_connections_account', ['userId', 'accountKey'], { unique: true })
export class PlatformConnection {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_platform_connections_user' })
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
}
