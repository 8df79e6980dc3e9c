/** Counts the statements that the database has received. */
import { createConnection } from 'mysql2/promise';

/** @returns a function that returns the count so far, without its own statements */
export async function countStatements(databaseUrl) {
  const connection = await createConnection({ uri: databaseUrl });
  let own = 0;
  return {
    async read() {
      const [[row]] = await connection.query("SHOW GLOBAL STATUS LIKE 'Questions'");
      return Number(row.Value) - ++own;
    },
    end: () => connection.end(),
  };
}
