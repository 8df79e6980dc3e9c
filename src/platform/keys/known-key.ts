import type { EntityManager } from 'typeorm';
import { ConfigError } from '../../common/config';
import { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { UnitOfWork } from '../../database/unit-of-work';
import type { TokenCipher } from '../token-cipher';

/** Number of access tokens per encryption key. */
export async function countTokensByKey(em: EntityManager): Promise<{ keyId: string; count: number }[]> {
  const rows = await em
    .createQueryBuilder(PlatformConnection, 'p')
    .select('SUBSTR(p.access_token, 1, 8)', 'keyId')
    .addSelect('COUNT(*)', 'count')
    .groupBy('SUBSTR(p.access_token, 1, 8)')
    .getRawMany<{ keyId: string; count: number | string }>();
  return rows.map(({ keyId, count }) => ({ keyId, count: Number(count) }));
}

/**
 * Prevents a start with wrong keys, which would break every connection.
 * @throws ConfigError if tokens are stored and none of this node's keys can decrypt any of them
 */
export async function requireKnownKey(work: UnitOfWork, cipher: TokenCipher): Promise<void> {
  const stored = await work.read(countTokensByKey);
  if (stored.length === 0 || stored.some(({ keyId }) => cipher.hasKey(keyId))) return;
  const tokens = stored.reduce((sum, { count }) => sum + count, 0);
  throw new ConfigError(
    `ENCRYPTION_KEYS opens none of the ${tokens} stored access tokens: add their key, whose SHA-256 begins with ${stored.map(({ keyId }) => keyId).join(' or ')}; where it is lost, "npm run cli -- keys:rotate --discard" gives them up`,
  );
}
