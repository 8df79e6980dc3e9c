/** Creates one migrated database of each kind per run: suites copy it instead of running every migration. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { Connections } from '../../src/database/connections';
import { parseDatabaseUrl } from '../../src/database/database-url';
import { Installation } from '../../src/database/entities/installation.entity';
import { temporaryFolder } from './processes';
import { createDatabase, type Templates } from './services';

/** SQL that recreates the migrated tables and rows, except for the installation's row, which differs per copy. */
async function scriptOf(source: DataSource, installation: string): Promise<string> {
  const tables: Record<string, string>[] = await source.query('SHOW TABLES');
  const statements = ['SET FOREIGN_KEY_CHECKS = 0'];
  for (const table of tables.flatMap((row) => Object.values(row))) {
    const [created]: Record<string, string>[] = await source.query(`SHOW CREATE TABLE \`${table}\``);
    statements.push(created!['Create Table']!);
    if (table === installation) continue;
    const rows: Record<string, string | number | null>[] = await source.query(`SELECT * FROM \`${table}\``);
    for (const row of rows) {
      const values = Object.values(row).map((value) => (value === null ? 'NULL' : `'${value}'`));
      statements.push(`INSERT INTO \`${table}\` VALUES (${values.join()})`);
    }
  }
  return [...statements, 'SET FOREIGN_KEY_CHECKS = 1'].join(';\n');
}

/** @returns the path of a file that describes them, for TEST_TEMPLATES */
export async function makeTemplates(mariaDbUrl: string): Promise<string> {
  const folder = temporaryFolder();
  const path = join(folder, 'template.sqlite');
  const [sqlite, mariaDb] = await Promise.all([
    Connections.open(parseDatabaseUrl(`sqlite:${path}`), 1),
    Connections.open(parseDatabaseUrl(await createDatabase(mariaDbUrl)), 1),
  ]);
  const installation = mariaDb.writer.getMetadata(Installation).tableName;
  const templates: Templates = {
    sqlite: path,
    mariaDb: await scriptOf(mariaDb.writer, installation),
    installation,
  };
  await Promise.all([sqlite.close(), mariaDb.close()]);
  const file = join(folder, 'templates.json');
  writeFileSync(file, JSON.stringify(templates));
  return file;
}
