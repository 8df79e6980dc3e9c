import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Image } from './image.entity';

/** Part of an uploaded file, smaller than every database's packet limit; deleted when the instance has the file. */
@Entity('vedfolnir_media_chunks')
export class MediaChunk {
  @PrimaryColumn({ name: 'image_id', type: 'integer' })
  imageId!: number;

  @ManyToOne(() => Image, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'image_id', foreignKeyConstraintName: 'fk_vedfolnir_media_chunks_image' })
  image?: Image;

  @PrimaryColumn({ name: 'position', type: 'integer' })
  position!: number;

  @Column({ name: 'bytes', type: 'blob' })
  bytes!: Buffer;
}
