/** Stops what global-setup started; on a given server, drops the databases created by the run. */
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { findBinary } from '../../scripts/lib/binaries.cjs';
import { stopShared } from './offer-shared';
import { stopAll } from './processes';

async function dropDatabases(): Promise<void> {
  const { TEST_MARIADB_URL: url, TEST_DATABASE_PREFIX: prefix } = process.env;
  if (!url || !prefix) return;
  const connection = await createConnection(url);
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT schema_name AS name FROM information_schema.schemata WHERE LEFT(schema_name, ?) = ?',
    [prefix.length, prefix],
  );
  for (const { name } of rows) await connection.query(`DROP DATABASE \`${name}\``);
  await connection.end();
}

export default async function globalTeardown(): Promise<void> {
  await stopShared();
  if (!findBinary('mariadbd')) await dropDatabases();
  await stopAll();
}
