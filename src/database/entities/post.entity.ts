import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import type { PostStatus, Visibility } from '../../protocol/http';
import { PlatformConnection } from './platform-connection.entity';

@Entity('vedfolnir_posts')
@Index('ix_vedfolnir_posts_written', ['platformConnectionId', 'createdAt', 'id'])
@Index('ix_vedfolnir_posts_due', ['nextAttemptAt'])
@Index('ix_vedfolnir_posts_lane', ['platformConnectionId', 'nextAttemptAt'])
@Index('uq_vedfolnir_posts_request', ['userId', 'requestKey'], { unique: true })
@Index('uq_vedfolnir_posts_remote', ['platformConnectionId', 'remoteId'], { unique: true })
export class Post {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  /** Fixed when the post is written: the platform that the request named. */
  @Column({ name: 'platform_connection_id', type: 'integer' })
  platformConnectionId!: number;

  @ManyToOne(() => PlatformConnection, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_connection_id', foreignKeyConstraintName: 'fk_vedfolnir_posts_platform' })
  platform?: PlatformConnection;

  @Column({ type: 'varchar', length: 200, nullable: true })
  title!: string | null;

  @Column({ type: 'text' })
  content!: string;

  @Column({ type: 'varchar', length: 16 })
  visibility!: Visibility;

  @Column({ name: 'spoiler_text', type: 'text', nullable: true })
  spoilerText!: string | null;

  @Column({ type: 'varchar', length: 16 })
  status!: PostStatus;

  @Column({ name: 'post_url', type: 'varchar', length: 1024, nullable: true })
  postUrl!: string | null;

  @Column({ type: 'varchar', length: 500, nullable: true })
  error!: string | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** When somebody last tried it again; null: nobody has. */
  @Column({ name: 'queued_at', type: 'datetime', precision: 3, nullable: true })
  queuedAt!: Date | null;

  @Column({ name: 'published_at', type: 'datetime', precision: 3, nullable: true })
  publishedAt!: Date | null;

  /** ISO 639, as the instance is told; null: as the account has it. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  language!: string | null;

  /** The status's id on the instance. */
  @Column({ name: 'remote_id', type: 'varchar', length: 255, nullable: true })
  remoteId!: string | null;

  /** Sent along to the instance, so that it takes the post once. Random: no other post has it, of any installation. */
  @Column({ name: 'idempotency_key', type: 'varchar', length: 36, nullable: true })
  idempotencyKey!: string | null;

  /** The `Idempotency-Key` of the request that made the post, and what that request said, hashed. */
  @Column({ name: 'request_key', type: 'varchar', length: 36, nullable: true })
  requestKey!: string | null;

  @Column({ name: 'request_hash', type: 'varchar', length: 64, nullable: true })
  requestHash!: string | null;

  /** How often a worker has taken it up; whoever holds the latest number may write its outcome. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  /** It was sent, or may have been, and nothing has said what came of it: it is looked for before it is sent again. */
  @Column({ type: 'boolean', default: false })
  uncertain!: boolean;

  /** When a worker may take it up (again); a worker that has it moves this forward. Null: nothing left to do. */
  @Column({ name: 'next_attempt_at', type: 'datetime', precision: 3, nullable: true })
  nextAttemptAt!: Date | null;
}

type Defaulted =
  | 'queuedAt'
  | 'language'
  | 'remoteId'
  | 'idempotencyKey'
  | 'requestKey'
  | 'requestHash'
  | 'attempts'
  | 'uncertain'
  | 'nextAttemptAt';
export type NewPost = Omit<Post, 'id' | 'platform' | Defaulted> & Partial<Pick<Post, Defaulted>>;
