import { Entity, PrimaryColumn } from 'typeorm';

/** One row: the id of the installation that owns this database. */
@Entity('vedfolnir_installation')
export class Installation {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36 })
  id!: string;
}
