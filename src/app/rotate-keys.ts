/**
 * `npm run keys:rotate`: seals every stored secret anew with the first of ENCRYPTION_KEYS. First give all nodes the new
 * key behind the old one, then in front of it, then run this, then take the old one away.
 */
import 'reflect-metadata';
import { DomainEvents } from '../common/domain-events';
import { Connections } from '../database/connections';
import { UnitOfWork } from '../database/unit-of-work';
import { rotateKeys } from '../platform/keys/key-rotation';
import { TokenCipher } from '../platform/token-cipher';
import { loadConfig } from './environment';

async function main(): Promise<number> {
  const config = loadConfig(process.env);
  const connections = await Connections.open(config.database, 2);
  try {
    const work = new UnitOfWork(connections, new DomainEvents());
    const { rotated, current, failed } = await rotateKeys(work, new TokenCipher(config));
    process.stdout.write(`Sealed anew: ${rotated}. With the newest key already: ${current}.\n`);
    for (const place of failed) process.stderr.write(`Cannot be opened with any of the keys: ${place}\n`);
    return failed.length > 0 ? 1 : 0;
  } finally {
    await connections.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`The keys were not rotated: ${error.message}\n`);
    process.exitCode = 1;
  },
);
