import { randomUUID } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { AuthService } from '../auth/auth.service';
import { UserRepository } from '../auth/user.repository';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import type { User } from '../database/entities/user.entity';
import { UnitOfWork } from '../database/unit-of-work';
import { accountKeyOf } from '../platform/account-key';
import { PlatformRepository } from '../platform/platform.repository';
import { accessTokenPlace, TokenCipher } from '../platform/token-cipher';
import type { PlatformType, PlatformView } from '../protocol/http';
import { toPlatformView } from '../session/session.views';
import { publicCookieName } from '../session/session-cookie';
import { TestClient } from './test-client';

/** Creates a user without a password, who can sign in only by `signIn`. */
export function createUser(
  app: INestApplication,
  fields: Partial<Pick<User, 'username' | 'email' | 'role'>> = {},
): Promise<User> {
  const username = fields.username ?? `user-${randomUUID().slice(0, 8)}`;
  const email = fields.email ?? `${username}@example.org`;
  const now = app.get(Clock, { strict: false }).now();
  const users = app.get(UserRepository, { strict: false });
  const row = { username, email, passwordHash: '', role: fields.role ?? 'user' };
  return app.get(UnitOfWork, { strict: false }).write((tx) => users.insert(tx.em, row, now));
}

export interface PlatformFields {
  name?: string;
  platformType?: PlatformType;
  instanceUrl?: string;
}

/** Creates a connection without asking an instance; a user's first one is the default. */
export function createPlatform(app: INestApplication, user: User, fields: PlatformFields = {}): Promise<PlatformView> {
  const { name = 'Test platform', platformType = 'mastodon', instanceUrl = 'https://test.example' } = fields;
  const username = `account-${randomUUID().slice(0, 8)}`;
  const platforms = app.get(PlatformRepository, { strict: false });
  const cipher = app.get(TokenCipher, { strict: false });
  return app.get(UnitOfWork, { strict: false }).write(async ({ em }) => {
    const row = await platforms.insert(em, {
      userId: user.id,
      name,
      platformType,
      instanceUrl,
      username,
      accountKey: accountKeyOf(instanceUrl, username),
      accessToken: '',
      isDefault: (await platforms.list(em, user.id)).length === 0,
      isActive: true,
      createdAt: app.get(Clock, { strict: false }).now(),
    });
    await platforms.update(em, row.id, { accessToken: cipher.seal('test-token', accessTokenPlace(row)) });
    return toPlatformView(row);
  });
}

/** Creates a session of the user, on the default platform unless another is given. @param app must be listening */
export async function signIn(app: INestApplication, user: User, platformId?: number): Promise<TestClient> {
  const device = { userAgent: 'node', ipAddress: '127.0.0.1' };
  const { secret } = await app.get(AuthService, { strict: false }).openSession(user.id, device, { platformId });
  const name = publicCookieName(app.get<Config>(CONFIG, { strict: false }));
  return TestClient.withCookie(app, `${name}=${secret}`);
}
