/** The encrypted values of the database, read from the rows like an attacker with the database would. */

import { DomainEvents } from '../../../src/common/domain-events';
import { Connections } from '../../../src/database/connections';
import { PlatformConnection } from '../../../src/database/entities/platform-connection.entity';
import { UnitOfWork } from '../../../src/database/unit-of-work';
import { accessTokenPlace, TokenCipher } from '../../../src/platform/token-cipher';
import { loadConfig } from '../../../src/settings/environment';

export async function withRows<T>(env: NodeJS.ProcessEnv, look: (work: UnitOfWork) => Promise<T>): Promise<T> {
  const connections = await Connections.open(loadConfig(env).database, 2);
  try {
    return await look(new UnitOfWork(connections, new DomainEvents()));
  } finally {
    await connections.close();
  }
}

/** The tokens of all connections, by id. @throws UnsealError if none of the keys decrypts one */
export function openRows(env: NodeJS.ProcessEnv): Promise<Map<number, string>> {
  const cipher = new TokenCipher(loadConfig(env));
  return withRows(env, async (work) => {
    const rows = await work.read((em) => em.find(PlatformConnection));
    return new Map(rows.map((row) => [row.id, cipher.unseal(row.accessToken, accessTokenPlace(row))]));
  });
}
