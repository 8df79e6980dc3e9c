import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import type { ImageStatus } from '../../protocol/http';
import { PlatformConnection } from './platform-connection.entity';
import { Post } from './post.entity';

@Entity('vedfolnir_images')
@Index('ix_vedfolnir_images_platform', ['platformConnectionId', 'status'])
@Index('ix_vedfolnir_images_post', ['postId'])
export class Image {
  @PrimaryGeneratedColumn({ name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @Column({ name: 'platform_connection_id', type: 'integer' })
  platformConnectionId!: number;

  @ManyToOne(() => PlatformConnection, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_connection_id', foreignKeyConstraintName: 'fk_vedfolnir_images_platform' })
  platform?: PlatformConnection;

  /** Null until a post uses the image. */
  @Column({ name: 'post_id', type: 'integer', nullable: true })
  postId!: number | null;

  @ManyToOne(() => Post, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'post_id', foreignKeyConstraintName: 'fk_vedfolnir_images_post' })
  post?: Post | null;

  /** Order among the post's images; equal positions are ordered by id. */
  @Column({ name: 'position', type: 'integer', default: 0 })
  position!: number;

  @Column({ name: 'alt_text', type: 'text', nullable: true })
  altText!: string | null;

  /** `pending`: the alt text is still missing. */
  @Column({ name: 'status', type: 'varchar', length: 16 })
  status!: ImageStatus;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'mime_type', type: 'varchar', length: 64, nullable: true })
  mimeType!: string | null;

  /** Bytes. */
  @Column({ name: 'size', type: 'integer', nullable: true })
  size!: number | null;

  /** Null during the upload: until it is complete no post can use the image. */
  @Column({ name: 'uploaded_at', type: 'datetime', precision: 3, nullable: true })
  uploadedAt!: Date | null;

  /** The attachment's id on the instance. */
  @Column({ name: 'remote_id', type: 'varchar', length: 255, nullable: true })
  remoteId!: string | null;

  /** How often the upload to the instance failed. */
  @Column({ name: 'upload_failures', type: 'integer', default: 0 })
  uploadFailures!: number;

  /** The image's URL on the instance. */
  @Column({ name: 'url', type: 'varchar', length: 1024, nullable: true })
  url!: string | null;
}

type Defaulted = 'position' | 'mimeType' | 'size' | 'uploadedAt' | 'remoteId' | 'uploadFailures' | 'url';
export type NewImage = Omit<Image, 'id' | 'platform' | 'post' | Defaulted> & Partial<Pick<Image, Defaulted>>;
