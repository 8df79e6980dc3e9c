import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { PlatformConnection } from 'vedfolnir';

/** A note belongs to the platform that was active when it was written, and is deleted with it. */
@Entity('notes')
@Index(['platformId'])
export class Note {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ name: 'platform_id', type: 'integer' })
  platformId!: number;

  @ManyToOne(() => PlatformConnection, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_id' })
  platform?: PlatformConnection;

  @Column({ type: 'varchar', length: 200 })
  text!: string;
}
