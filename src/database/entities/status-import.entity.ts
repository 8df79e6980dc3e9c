import { Column, Entity, Index, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { PlatformConnection } from './platform-connection.entity';

export type ImportDirection = 'newer' | 'older';

/** How far an account has been read, and the reading that is under way. */
@Entity('vedfolnir_imports')
@Index('ix_vedfolnir_imports_due', ['nextAttemptAt'])
export class StatusImport {
  @PrimaryColumn({ name: 'platform_connection_id', type: 'integer' })
  platformConnectionId!: number;

  @OneToOne(() => PlatformConnection, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_connection_id', foreignKeyConstraintName: 'fk_vedfolnir_imports_platform' })
  platform?: PlatformConnection;

  @Column({ type: 'varchar', length: 8 })
  direction!: ImportDirection;

  /** The last status that was read in this run: the next page comes after it. Null: it begins with the newest. */
  @Column({ name: 'cursor_id', type: 'varchar', length: 255, nullable: true })
  cursorId!: string | null;

  @Column({ name: 'cursor_at', type: 'datetime', precision: 3, nullable: true })
  cursorAt!: Date | null;

  /** The oldest status that has been read, all newer ones too; null until there is one. */
  @Column({ name: 'bottom_id', type: 'varchar', length: 255, nullable: true })
  bottomId!: string | null;

  @Column({ name: 'bottom_at', type: 'datetime', precision: 3, nullable: true })
  bottomAt!: Date | null;

  /** The account has nothing older than what has been read. */
  @Column({ name: 'is_whole', type: 'boolean', default: false })
  isWhole!: boolean;

  /** Of this run: new here, and what could not be read. */
  @Column({ type: 'integer', default: 0 })
  imported!: number;

  @Column({ name: 'left_out', type: 'integer', default: 0 })
  leftOut!: number;

  /** Why it waits, or has ended before its end. */
  @Column({ type: 'varchar', length: 500, nullable: true })
  error!: string | null;

  /** Failures in a row. */
  @Column({ type: 'integer', default: 0 })
  failures!: number;

  /** How often a worker has taken it up; the one with the latest number may write. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  /** When a worker may go on; a worker that has it moves this forward. Null: nothing left to do. */
  @Column({ name: 'next_attempt_at', type: 'datetime', precision: 3, nullable: true })
  nextAttemptAt!: Date | null;
}
