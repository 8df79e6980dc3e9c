import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { PlatformType } from '../../protocol/http';
import { User } from './user.entity';

/** A sign-in at an instance in progress; used once, by the session that started it. */
@Entity('vedfolnir_oauth_states')
@Index('ix_vedfolnir_oauth_states_expires', ['expiresAt'])
export class OAuthState {
  /** SHA-256 of the state, hex. */
  @PrimaryColumn({ name: 'state_hash', type: 'varchar', length: 64 })
  stateHash!: string;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_vedfolnir_oauth_states_user' })
  user?: User;

  @Column({ name: 'session_id', type: 'varchar', length: 36 })
  sessionId!: string;

  @Column({ name: 'app_key', type: 'varchar', length: 64 })
  appKey!: string;

  @Column({ name: 'platform_type', type: 'varchar', length: 16 })
  platformType!: PlatformType;

  @Column({ name: 'name', type: 'varchar', length: 100, nullable: true })
  name!: string | null;

  /** PKCE; encrypted by the token cipher. */
  @Column({ name: 'code_verifier', type: 'text' })
  codeVerifier!: string;

  @Column({ name: 'expires_at', type: 'datetime', precision: 3 })
  expiresAt!: Date;
}
