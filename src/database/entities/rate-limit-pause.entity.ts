import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who an instance wants to hear nothing of for a while, whatever node it told so. */
@Entity('vedfolnir_rate_limit_pauses')
@Index('ix_vedfolnir_rate_limit_pauses_ends', ['endsAt'])
export class RateLimitPause {
  /** Instance and token, hashed. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  caller!: string;

  @Column({ name: 'ends_at', type: 'datetime', precision: 3 })
  endsAt!: Date;
}
