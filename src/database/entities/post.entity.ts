import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import type { PostStatus, Visibility } from '../../protocol/http';
import { PlatformConnection } from './platform-connection.entity';

@Entity('posts')
@Index('ix_posts_platform', ['platformConnectionId', 'id'])
export class Post {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  /** Fixed when the post is written: the platform that the request named. */
  @Column({ name: 'platform_connection_id', type: 'integer' })
  platformConnectionId!: number;

  @ManyToOne(() => PlatformConnection, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_connection_id', foreignKeyConstraintName: 'fk_posts_platform' })
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

  @Column({ name: 'published_at', type: 'datetime', precision: 3, nullable: true })
  publishedAt!: Date | null;
}
