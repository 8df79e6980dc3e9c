/** Re-encrypts stored secrets with the newest key, while the application keeps running. */
import type { EntityManager } from 'typeorm';
import { OAuthApp } from '../../database/entities/oauth-app.entity';
import { OAuthState } from '../../database/entities/oauth-state.entity';
import { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { UnitOfWork } from '../../database/unit-of-work';
import { type Place, type TokenCipher, UnsealError } from '../token-cipher';

/** Rows per transaction; few, so that other writes wait only briefly. */
const ROWS_PER_BATCH = 100;

export interface RotationReport {
  /** Secrets that were re-encrypted, and those that used the newest key already. */
  rotated: number;
  current: number;
  /** Column and row id of secrets that could not be decrypted; never their content. */
  failed: string[];
}

interface Secret {
  id: number | string;
  userId?: number;
  sealed: string;
}

/** A column with secrets, and its queries. */
interface SecretColumn {
  column: Place['column'];
  /** Ordered by id. */
  list(em: EntityManager, after: number | string | null): Promise<Secret[]>;
  /** Compare-and-set: only if it has not changed since it was read. */
  replace(em: EntityManager, secret: Secret, sealed: string): Promise<void>;
  /** Removes the secret, or marks its connection for a reconnect. */
  discard(em: EntityManager, secret: Secret, cipher: TokenCipher): Promise<void>;
}

const COLUMNS: SecretColumn[] = [
  {
    column: 'platform_connections.access_token',
    list: async (em, after) => {
      const query = em.createQueryBuilder(PlatformConnection, 'row').orderBy('row.id', 'ASC').limit(ROWS_PER_BATCH);
      if (after !== null) query.where('row.id > :after', { after });
      return (await query.getMany()).map(({ id, userId, accessToken }) => ({ id, userId, sealed: accessToken }));
    },
    replace: async (em, { id, sealed }, accessToken) => {
      await em.update(PlatformConnection, { id: Number(id), accessToken: sealed }, { accessToken });
    },
    discard: async (em, { id, sealed, userId }, cipher) => {
      const accessToken = cipher.seal('', { column: 'platform_connections.access_token', id, userId });
      const reconnectReason = 'The access token could not be read any more';
      const lost = { id: Number(id), accessToken: sealed };
      await em.update(PlatformConnection, lost, { accessToken, needsReconnect: true, reconnectReason });
    },
  },
  {
    column: 'oauth_apps.client_secret',
    list: async (em, after) => {
      const query = em.createQueryBuilder(OAuthApp, 'row').orderBy('row.appKey', 'ASC').limit(ROWS_PER_BATCH);
      if (after !== null) query.where('row.appKey > :after', { after });
      return (await query.getMany()).map(({ appKey, clientSecret }) => ({ id: appKey, sealed: clientSecret }));
    },
    replace: async (em, { id, sealed }, clientSecret) => {
      await em.update(OAuthApp, { appKey: String(id), clientSecret: sealed }, { clientSecret });
    },
    discard: async (em, { id }) => void (await em.delete(OAuthApp, { appKey: String(id) })),
  },
  {
    column: 'oauth_states.code_verifier',
    list: async (em, after) => {
      const query = em.createQueryBuilder(OAuthState, 'row').orderBy('row.stateHash', 'ASC').limit(ROWS_PER_BATCH);
      if (after !== null) query.where('row.stateHash > :after', { after });
      return (await query.getMany()).map(({ stateHash, codeVerifier }) => ({ id: stateHash, sealed: codeVerifier }));
    },
    replace: async (em, { id, sealed }, codeVerifier) => {
      await em.update(OAuthState, { stateHash: String(id), codeVerifier: sealed }, { codeVerifier });
    },
    discard: async (em, { id }) => void (await em.delete(OAuthState, { stateHash: String(id) })),
  },
];

/**
 * Discards secrets that no key decrypts: accounts must be connected again, apps are registered again automatically.
 * @returns number of secrets
 */
export async function discardUnreadable(work: UnitOfWork, cipher: TokenCipher): Promise<number> {
  let discarded = 0;
  for (const { column, list, discard } of COLUMNS) {
    for (let after: Secret['id'] | null | undefined; after !== null; ) {
      const secrets = await work.read((em) => list(em, after ?? null));
      const unreadable = secrets.filter(
        (secret) => !opens(cipher, secret, { column, id: secret.id, userId: secret.userId }),
      );
      await work.write(async ({ em }) => {
        for (const secret of unreadable) await discard(em, secret, cipher);
      });
      discarded += unreadable.length;
      after = secrets.length < ROWS_PER_BATCH ? null : secrets.at(-1)!.id;
    }
  }
  return discarded;
}

function opens(cipher: TokenCipher, { sealed }: Secret, place: Place): boolean {
  try {
    cipher.unseal(sealed, place);
    return true;
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    return false;
  }
}

export async function rotateKeys(work: UnitOfWork, cipher: TokenCipher): Promise<RotationReport> {
  const report: RotationReport = { rotated: 0, current: 0, failed: [] };
  for (const each of COLUMNS) await rotateColumn(work, cipher, each, report);
  return report;
}

async function rotateColumn(work: UnitOfWork, cipher: TokenCipher, each: SecretColumn, report: RotationReport) {
  let after: Secret['id'] | null = null;
  do {
    after = await rotateBatch(work, cipher, each, after, report);
  } while (after !== null);
}

/** @returns the last id of the batch; null after the last batch */
async function rotateBatch(
  work: UnitOfWork,
  cipher: TokenCipher,
  each: SecretColumn,
  after: Secret['id'] | null,
  report: RotationReport,
): Promise<Secret['id'] | null> {
  const secrets = await work.read((em) => each.list(em, after));
  const fresh: [Secret, string][] = [];
  for (const secret of secrets) {
    const place: Place = { column: each.column, id: secret.id, userId: secret.userId };
    try {
      if (cipher.isNewest(secret.sealed)) report.current++;
      else fresh.push([secret, cipher.seal(cipher.unseal(secret.sealed, place), place)]);
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      report.failed.push(`${place.column} ${place.id}`);
    }
  }
  await work.write(async ({ em }) => {
    for (const [secret, sealed] of fresh) await each.replace(em, secret, sealed);
  });
  report.rotated += fresh.length;
  return secrets.length < ROWS_PER_BATCH ? null : secrets.at(-1)!.id;
}
