/** Creates the demo user with three platforms on a first start. Never in production. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config, type Platform, UnitOfWork, User } from '../../index';
import { HEADERS } from '../../protocol';
import { FAILED_POST } from './demo-content';
import { DEMO_TOKEN, type DemoInstance, isDemo } from './demo-instances';

export const DEMO_USERNAME = 'demo';
export const DEMO_PASSWORD = 'demo-password';

/**
 * Seeds an empty database through the HTTP API, unless a database is configured.
 * @returns whether the demo user exists
 */
export async function seedDemo(
  app: NestFastifyApplication,
  config: Config,
  instances: readonly DemoInstance[],
): Promise<boolean> {
  if (!isDemo(config)) return false;
  const work = app.get(UnitOfWork);
  if (await work.read((em) => em.exists(User))) {
    return work.read((em) => em.exists(User, { where: { usernameKey: DEMO_USERNAME } }));
  }
  const post = await register(app);
  for (const [index, { name, kind, username, url, refuseNextPost }] of instances.entries()) {
    const form = { name, platform_type: kind, instance_url: url, username, access_token: DEMO_TOKEN };
    const { id } = (await post('/api/platforms', form)).json<Platform>();
    if (index > 0) continue;
    refuseNextPost(FAILED_POST.error);
    await post('/api/posts', { content: FAILED_POST.text }, { [HEADERS.platformId]: String(id) });
  }
  await post('/api/auth/logout', {});
  return true;
}

/** Registers the demo user. @returns a function that posts JSON as that user */
async function register(app: NestFastifyApplication) {
  const own: Record<string, string> = { 'user-agent': 'Vedfolnir first start' };
  const post = async (url: string, payload: object, more = {}) => {
    const answer = await app.inject({ method: 'POST', url, headers: { ...own, ...more }, payload });
    if (answer.statusCode >= 400) throw new Error(`The demo could not be made: ${url} answered ${answer.payload}`);
    return answer;
  };
  const account = { username: DEMO_USERNAME, email: 'demo@vedfolnir.example', password: DEMO_PASSWORD };
  const answer = await post('/api/auth/register', account);
  own.cookie = answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  own[HEADERS.csrf] = answer.json<{ csrf_token: string }>().csrf_token;
  return post;
}
