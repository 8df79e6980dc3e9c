/** Something to look at on a first start: one person with three platforms. Never in production. */
import type { INestApplicationContext } from '@nestjs/common';
import { AuthService } from '../auth/auth.service';
import { Clock } from '../common/clock';
import type { Config } from '../config';
import { PlatformConnection } from '../database/entities/platform-connection.entity';
import { User } from '../database/entities/user.entity';
import { UnitOfWork } from '../database/unit-of-work';
import { PlatformService } from '../platform/platform.service';
import { PostRepository } from '../platform/posts/post.repository';
import { SessionService } from '../session/session.service';

export const DEMO_USERNAME = 'demo';
export const DEMO_PASSWORD = 'demo-password';

const PLATFORMS = [
  { name: 'Town Square', platform_type: 'mastodon', instance_url: 'https://mastodon.example', username: 'demo' },
  { name: 'Photo Walks', platform_type: 'pixelfed', instance_url: 'https://pixelfed.example', username: 'demo_photos' },
  { name: 'Work Notes', platform_type: 'mastodon', instance_url: 'https://work.example', username: 'demo_work' },
] as const;

/** Only where nothing was configured, and only into an empty database. @returns whether the demo user is there */
export async function seedDemo(app: INestApplicationContext, config: Config): Promise<boolean> {
  const embedded = config.database.kind === 'sqlite' && config.database.embedded;
  if (!embedded || config.production) return false;
  const work = app.get(UnitOfWork);
  if (await work.read((em) => em.exists(User))) {
    return work.read((em) => em.exists(User, { where: { usernameKey: DEMO_USERNAME } }));
  }
  const device = { userAgent: 'Vedfolnir first start', ipAddress: '127.0.0.1' };
  const account = { username: DEMO_USERNAME, email: 'demo@vedfolnir.example', password: DEMO_PASSWORD };
  const { context } = await app.get(AuthService).register(account, device);
  for (const platform of PLATFORMS) {
    await app.get(PlatformService).connect(context, { ...platform, access_token: 'demo-token' });
  }
  await seedPosts(app, work, context.user.id);
  await app.get(SessionService).logout(context);
  return true;
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
