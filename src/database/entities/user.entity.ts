import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { Role } from '../../protocol/http';

@Entity('vedfolnir_users')
@Index('uq_vedfolnir_users_username_key', ['usernameKey'], { unique: true })
@Index('uq_vedfolnir_users_email_key', ['emailKey'], { unique: true })
@Index('ix_vedfolnir_users_changed', ['changedAt'])
export class User {
  @PrimaryGeneratedColumn({ name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'username', type: 'varchar', length: 64 })
  username!: string;

  /** The name as compared, so that names cannot differ only by case or width. */
  @Column({ name: 'username_key', type: 'varchar', length: 128 })
  usernameKey!: string;

  @Column({ name: 'email', type: 'varchar', length: 254 })
  email!: string;

  @Column({ name: 'email_key', type: 'varchar', length: 254 })
  emailKey!: string;

  @Column({ name: 'password_hash', type: 'varchar', length: 255 })
  passwordHash!: string;

  @Column({ name: 'role', type: 'varchar', length: 16 })
  role!: Role;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive!: boolean;

  /** Orders every change that a tab of this user must see; raised in the transaction of the change. */
  @Column({ name: 'revision', type: 'integer', default: 0 })
  revision!: number;

  /** When the revision was last raised; other nodes poll for it. */
  @Column({ name: 'changed_at', type: 'datetime', precision: 3 })
  changedAt!: Date;

  /** The platform of the last switch of all sessions; new sessions start there. */
  @Column({ name: 'last_platform_id', type: 'integer', nullable: true })
  lastPlatformId!: number | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
