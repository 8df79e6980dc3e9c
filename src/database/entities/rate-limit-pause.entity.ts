import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Until when requests to an instance are suspended after a rate limit; shared by all nodes. */
@Entity('vedfolnir_rate_limit_pauses')
@Index('ix_vedfolnir_rate_limit_pauses_ends', ['endsAt'])
export class RateLimitPause {
  /** Hash of the instance, the token and whether the request is an upload. */
  @PrimaryColumn({ name: 'caller', type: 'varchar', length: 64 })
  caller!: string;

  @Column({ name: 'ends_at', type: 'datetime', precision: 3 })
  endsAt!: Date;
}
