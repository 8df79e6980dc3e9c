import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import type { ImageStatus } from '../../protocol/http';
import { PlatformConnection } from './platform-connection.entity';
import { Post } from './post.entity';

@Entity('images')
@Index('ix_images_platform', ['platformConnectionId', 'status'])
@Index('ix_images_post', ['postId'])
export class Image {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @Column({ name: 'platform_connection_id', type: 'integer' })
  platformConnectionId!: number;

  @ManyToOne(() => PlatformConnection, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_connection_id', foreignKeyConstraintName: 'fk_images_platform' })
  platform?: PlatformConnection;

  /** Null until a post takes the image up. */
  @Column({ name: 'post_id', type: 'integer', nullable: true })
  postId!: number | null;

  @ManyToOne(() => Post, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'post_id', foreignKeyConstraintName: 'fk_images_post' })
  post?: Post | null;

  @Column({ name: 'alt_text', type: 'text', nullable: true })
  altText!: string | null;

  /** `pending`: an image that still lacks its alt text. */
  @Column({ type: 'varchar', length: 16 })
  status!: ImageStatus;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
