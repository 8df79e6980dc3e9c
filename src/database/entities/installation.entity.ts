import { Entity, PrimaryColumn } from 'typeorm';

/** One row: which installation this database belongs to. */
@Entity('vedfolnir_installation')
export class Installation {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;
}
