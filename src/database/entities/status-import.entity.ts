import { Column, Entity, Index, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { PlatformConnection } from './platform-connection.entity';

export type ImportDirection = 'newer' | 'older';

/** How far an account's statuses were imported, and the state of the current run. */
@Entity('vedfolnir_imports')
@Index('ix_vedfolnir_imports_due', ['nextAttemptAt'])
export class StatusImport {
  @PrimaryColumn({ name: 'platform_connection_id', type: 'integer' })
  platformConnectionId!: number;

  @OneToOne(() => PlatformConnection, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_connection_id', foreignKeyConstraintName: 'fk_vedfolnir_imports_platform' })
  platform?: PlatformConnection;

  @Column({ name: 'direction', type: 'varchar', length: 8 })
  direction!: ImportDirection;

  /** The last status read in this run: the next page follows it. Null: start with the newest. */
  @Column({ name: 'cursor_id', type: 'varchar', length: 255, nullable: true })
  cursorId!: string | null;

  @Column({ name: 'cursor_at', type: 'datetime', precision: 3, nullable: true })
  cursorAt!: Date | null;

  /** The oldest imported status; all newer ones are imported too. Null: none yet. */
  @Column({ name: 'bottom_id', type: 'varchar', length: 255, nullable: true })
  bottomId!: string | null;

  @Column({ name: 'bottom_at', type: 'datetime', precision: 3, nullable: true })
  bottomAt!: Date | null;

  /** The account has no statuses older than the imported ones. */
  @Column({ name: 'is_whole', type: 'boolean', default: false })
  hasReachedOldest!: boolean;

  /** A run for newer statuses has failed or stopped at its limit: some between the newest and the oldest imported one may be missing. */
  @Column({ name: 'is_incomplete', type: 'boolean', default: false })
  mayHaveGaps!: boolean;

  /** Statuses of this run that were new, and those that could not be read. */
  @Column({ name: 'imported', type: 'integer', default: 0 })
  imported!: number;

  @Column({ name: 'left_out', type: 'integer', default: 0 })
  leftOut!: number;

  /** Why the run waits or was aborted. */
  @Column({ name: 'error', type: 'varchar', length: 500, nullable: true })
  error!: string | null;

  /** Consecutive failures. */
  @Column({ name: 'failures', type: 'integer', default: 0 })
  failures!: number;

  /** Number of attempts; only the worker with the latest number may write. */
  @Column({ name: 'attempts', type: 'integer', default: 0 })
  attempts!: number;

  /** When a worker may continue; a worker claims it by moving this forward. Null: nothing left to do. */
  @Column({ name: 'next_attempt_at', type: 'datetime', precision: 3, nullable: true })
  nextAttemptAt!: Date | null;
}
