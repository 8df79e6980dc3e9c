import { PlatformConnection } from '../../../src/database/entities/platform-connection.entity';
import { User } from '../../../src/database/entities/user.entity';
import { accessTokenPlace, TokenCipher } from '../../../src/platform/token-cipher';
import { loadConfig } from '../../../src/settings/environment';
import { withRows } from './sealed-rows';

/** A user with one connection, written directly into the database. */
export function storeConnection(databaseUrl: string, key: string): Promise<void> {
  const env = { NODE_ENV: 'test', DATABASE_URL: databaseUrl, ENCRYPTION_KEYS: key };
  const now = new Date();
  return withRows(env, (work) =>
    work.write(async ({ em }) => {
      await em.insert(User, {
        id: 1,
        username: 'a',
        usernameKey: 'a',
        email: 'a@example.org',
        emailKey: 'a@example.org',
        passwordHash: '',
        role: 'admin',
        changedAt: now,
        createdAt: now,
      });
      await em.insert(PlatformConnection, {
        id: 1,
        userId: 1,
        name: 'Mastodon',
        platformType: 'mastodon',
        instanceUrl: 'https://mastodon.example',
        username: 'a',
        accountKey: 'a',
        accessToken: new TokenCipher(loadConfig(env)).seal('secret', accessTokenPlace({ id: 1, userId: 1 })),
        createdAt: now,
      });
    }),
  );
}
