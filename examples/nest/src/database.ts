import { DataSource, type DataSourceOptions, type MigrationInterface, type QueryRunner } from 'typeorm';
import { vedfolnirEntities, vedfolnirMigrations } from 'vedfolnir';
import { Note } from './note.entity';

/** The application's tables, in the same database as Vedfolnir's, whose prefix prevents name conflicts. */
class CreateNotes1796999000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const id =
      runner.dataSource.options.type === 'better-sqlite3' ? 'INTEGER PRIMARY KEY' : 'INT PRIMARY KEY AUTO_INCREMENT';
    await runner.query('CREATE TABLE users (id INT PRIMARY KEY, nickname VARCHAR(40))');
    await runner.query("INSERT INTO users VALUES (1, 'host')");
    await runner.query(`CREATE TABLE notes (id ${id}, platform_id INT NOT NULL, text VARCHAR(200) NOT NULL,
      FOREIGN KEY (platform_id) REFERENCES vedfolnir_platform_connections (id) ON DELETE CASCADE)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE notes');
    await runner.query('DROP TABLE users');
  }
}

/** @param url `mysql://…` or the path of an SQLite file */
export function createDataSource(url: string): DataSource {
  const place: DataSourceOptions = url.startsWith('mysql:')
    ? { type: 'mariadb', url, timezone: 'Z' }
    : { type: 'better-sqlite3', database: url, enableWAL: true };
  return new DataSource({
    ...place,
    entities: [...vedfolnirEntities, Note],
    migrations: [...vedfolnirMigrations, CreateNotes1796999000000],
    migrationsRun: true,
  });
}
