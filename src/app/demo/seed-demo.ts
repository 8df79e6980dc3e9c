/** Something to look at on a first start: one person with three platforms. Never in production. */
import type { INestApplicationContext } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service';
import { Clock } from '../../common/clock';
import type { Config } from '../../common/config';
import { PlatformConnection } from '../../database/entities/platform-connection.entity';
import { User } from '../../database/entities/user.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import { accountKeyOf } from '../../platform/account-key';
import { PlatformService } from '../../platform/platform.service';
import { PostRepository } from '../../publishing/posts/post.repository';
import { SessionDevices } from '../../session/session-devices';
import { FAILED_POST } from './demo-content';
import { DEMO_TOKEN, type DemoInstance, isDemo } from './demo-instances';

export const DEMO_USERNAME = 'demo';
export const DEMO_PASSWORD = 'demo-password';

/** Only where nothing was configured, and only into an empty database. @returns whether the demo user is there */
export async function seedDemo(
  app: INestApplicationContext,
  config: Config,
  instances: readonly DemoInstance[],
): Promise<boolean> {
  if (!isDemo(config)) return false;
  const work = app.get(UnitOfWork);
  await followMoves(work, instances);
  if (await work.read((em) => em.exists(User))) {
    return work.read((em) => em.exists(User, { where: { usernameKey: DEMO_USERNAME } }));
  }
  const device = { userAgent: 'Vedfolnir first start', ipAddress: '127.0.0.1' };
  const account = { username: DEMO_USERNAME, email: 'demo@vedfolnir.example', password: DEMO_PASSWORD };
  const { context } = await app.get(AuthService).register(account, device);
  for (const { name, kind, username, url } of instances) {
    const form = { name, platform_type: kind, instance_url: url, username, access_token: DEMO_TOKEN };
    await app.get(PlatformService).connect(context, form);
  }
  await seedFailedPost(app, work, context.user.id);
  await app.get(SessionDevices).logout(context);
  return true;
}

/** A port that another program has taken meanwhile: the demo's connections go with their instances. */
async function followMoves(work: UnitOfWork, instances: readonly DemoInstance[]): Promise<void> {
  const moved = instances.filter(({ movedFrom }) => movedFrom !== null);
  if (moved.length === 0) return;
  await work.write(async ({ em }) => {
    for (const { username, url, movedFrom } of moved) {
      const change = { instanceUrl: url, accountKey: accountKeyOf(url, username) };
      await em.update(PlatformConnection, { instanceUrl: movedFrom!, username }, change);
    }
  });
}

/** All other posts are on the instances, and are read in from there. */
async function seedFailedPost(app: INestApplicationContext, work: UnitOfWork, userId: number): Promise<void> {
  const { text, minutesAgo, error } = FAILED_POST;
  const createdAt = new Date(app.get(Clock).now().getTime() - minutesAgo * 60_000);
  await work.write(async ({ em }) => {
    const platform = await em.findOneByOrFail(PlatformConnection, { userId, isDefault: true });
    await app.get(PostRepository).insert(em, {
      userId,
      platformConnectionId: platform.id,
      title: null,
      content: text,
      visibility: 'public',
      spoilerText: null,
      status: 'failed',
      postUrl: null,
      error,
      attempts: 1,
      createdAt,
      publishedAt: null,
    });
  });
}
