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
  @PrimaryGeneratedColumn({ name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  /** The platform that the request named; it never changes. */
  @Column({ name: 'platform_connection_id', type: 'integer' })
  platformConnectionId!: number;

  @ManyToOne(() => PlatformConnection, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_connection_id', foreignKeyConstraintName: 'fk_vedfolnir_posts_platform' })
  platform?: PlatformConnection;

  @Column({ name: 'title', type: 'varchar', length: 200, nullable: true })
  title!: string | null;

  @Column({ name: 'content', type: 'text' })
  content!: string;

  @Column({ name: 'visibility', type: 'varchar', length: 16 })
  visibility!: Visibility;

  @Column({ name: 'spoiler_text', type: 'text', nullable: true })
  spoilerText!: string | null;

  @Column({ name: 'status', type: 'varchar', length: 16 })
  status!: PostStatus;

  @Column({ name: 'post_url', type: 'varchar', length: 1024, nullable: true })
  postUrl!: string | null;

  @Column({ name: 'error', type: 'varchar', length: 500, nullable: true })
  error!: string | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** When the user last changed or retried it; null: never. */
  @Column({ name: 'queued_at', type: 'datetime', precision: 3, nullable: true })
  queuedAt!: Date | null;

  @Column({ name: 'published_at', type: 'datetime', precision: 3, nullable: true })
  publishedAt!: Date | null;

  /** ISO 639; null: the account's default. */
  @Column({ name: 'language', type: 'varchar', length: 16, nullable: true })
  language!: string | null;

  /** The status's id on the instance. */
  @Column({ name: 'remote_id', type: 'varchar', length: 255, nullable: true })
  remoteId!: string | null;

  /** Sent to the instance so that it accepts the post only once. Random, hence unique across installations. */
  @Column({ name: 'idempotency_key', type: 'varchar', length: 36, nullable: true })
  idempotencyKey!: string | null;

  /** The `Idempotency-Key` of the request that created the post, and a hash of its body. */
  @Column({ name: 'request_key', type: 'varchar', length: 36, nullable: true })
  requestKey!: string | null;

  @Column({ name: 'request_hash', type: 'varchar', length: 64, nullable: true })
  requestHash!: string | null;

  /** Number of attempts; only the worker with the latest number may write the outcome. */
  @Column({ name: 'attempts', type: 'integer', default: 0 })
  attempts!: number;

  /** Sent, or possibly sent, with an unknown outcome: the instance is searched for it before it is sent again. */
  @Column({ name: 'uncertain', type: 'boolean', default: false })
  uncertain!: boolean;

  /** When a worker may (re)try it; a worker claims it by moving this forward. Null: nothing left to do. */
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
