import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Clock } from 'vedfolnir';
import { createPlatform, createUser, FakeClock, signIn } from 'vedfolnir/testing';
import { AppModule } from './app.module';

const clock = new FakeClock();
let app: INestApplication;

before(async () => {
  const testing = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  app = testing.createNestApplication();
  await app.listen(0, '127.0.0.1');
});
after(() => app.close());

test('a note goes to the platform that the person was shown', async () => {
  const user = await createUser(app);
  const town = await createPlatform(app, user, { name: 'Town' });
  const photos = await createPlatform(app, user, { name: 'Photos', platformType: 'pixelfed' });
  const client = await signIn(app, user);
  await client.post('/notes', { text: 'hello' }, { platformId: town.id });
  assert.equal((await client.get<unknown[]>('/notes')).body.length, 1);

  await client.post(`/api/switch_platform/${photos.id}`);
  const late = await client.post<{ error_code: string }>('/notes', { text: 'hello' }, { platformId: town.id });
  assert.equal(late.body.error_code, 'PLATFORM_CONTEXT_STALE');
  assert.equal((await client.get('/reports/mastodon')).status, 403);
});

test('a session runs out', async () => {
  const client = await signIn(app, await createUser(app));
  clock.advance(13 * 60 * 60 * 1000);
  assert.equal((await client.get<{ error_code: string }>('/api/session')).body.error_code, 'SESSION_EXPIRED');
});
