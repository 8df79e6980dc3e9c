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
  await seedPosts(app, work, context.user.id);
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

async function seedPosts(app: INestApplicationContext, work: UnitOfWork, userId: number): Promise<void> {
  const posts = app.get(PostRepository);
  const now = app.get(Clock).now();
  await work.write(async ({ em }) => {
    for (const platform of await em.find(PlatformConnection, { where: { userId } })) {
      const post = await posts.insert(em, {
        userId,
        platformConnectionId: platform.id,
        title: null,
        content: `Hello from ${platform.name}.`,
        visibility: 'public',
        spoilerText: null,
        status: 'published',
        postUrl: `${platform.instanceUrl}/@${platform.username}`,
        error: null,
        createdAt: now,
        publishedAt: now,
      });
      if (platform.platformType !== 'pixelfed') continue;
      const image = { userId, platformConnectionId: platform.id, postId: post.id, createdAt: now };
      await posts.insertImage(em, { ...image, altText: 'A red boat on still water', status: 'ready' });
      await posts.insertImage(em, { ...image, altText: null, status: 'pending' });
    }
  });
}
