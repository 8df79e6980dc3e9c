/**
 * The tests that the code examples of the first system name, each under its own name: here against the product as it
 * is put together, on real databases, with the time set by the test.
 */
import { randomUUID } from 'node:crypto';
import { AuthService } from '../../src/auth/auth.service';
import { AppError } from '../../src/common/app-error';
import { Connections } from '../../src/database/connections';
import { UserSession } from '../../src/database/entities/user-session.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { PlatformService } from '../../src/platform/platform.service';
import type { PlatformView } from '../../src/protocol/http';
import { BatchService } from '../../src/session/batch/batch.service';
import { ExpirySweep } from '../../src/session/batch/expiry-sweep';
import { LocalSessionCache } from '../../src/session/cache/local-session-cache';
import { SessionLifecycleService } from '../../src/session/session-lifecycle.service';
import { TestClient } from '../support/http-client';
import { sharedInstanceUrl } from '../support/shared-instances';
import { closeTabs, openTab } from '../support/socket-client';
import { ANY_DATABASE, type App, closeApps, HOUR, startApp } from './support/app';

const DEVICE = { userAgent: 'seed', ipAddress: '127.0.0.1' };

describe.each(ANY_DATABASE)('%s', (_, database) => {
  let app: App;
  let sessions: SessionLifecycleService;

  beforeEach(async () => {
    app = await startApp(await database());
    sessions = app.get(SessionLifecycleService);
  });
  afterEach(async () => {
    closeTabs();
    await closeApps();
  });

  async function createTestUser() {
    const username = `u${randomUUID().slice(0, 8)}`;
    const form = { username, email: `${username}@example.org`, password: 'testpassword' };
    const { context } = await app.get(AuthService).register(form, DEVICE);
    return { id: context.user.id, username, password: form.password, context };
  }

  function createTestPlatform(user: Awaited<ReturnType<typeof createTestUser>>, name = 'Test Platform') {
    return app.get(PlatformService).connect(user.context, {
      name,
      platform_type: 'pixelfed',
      instance_url: sharedInstanceUrl('pixelfed'),
      access_token: `token of ${name}`.replaceAll(' ', '-'),
    });
  }

  async function createUserSession(userId: number, platformId?: number): Promise<string> {
    return (await app.get(AuthService).openSession(userId, DEVICE, { platformId })).context.session.id;
  }

  async function updatePlatformContext(sessionId: string, platformId: number): Promise<boolean> {
    const context = await sessions.requireContext(sessionId);
    return (await app.get(PlatformService).switch(context, platformId, 'all', null)).success;
  }

  /** A user on the first of two platforms. */
  async function userWithPlatforms() {
    const user = await createTestUser();
    const platform1 = await createTestPlatform(user, 'Platform 1');
    const platform2 = await createTestPlatform(user, 'Platform 2');
    return { user, platform1, platform2 };
  }

  const rowOf = (id: string) => app.get(UnitOfWork).read((em) => em.findOneByOrFail(UserSession, { id }));

  describe('TestSessionManager', () => {
    it('create user session: success', async () => {
      const { user, platform2 } = await userWithPlatforms();
      const sessionId = await createUserSession(user.id, platform2.id);
      expect(sessionId).toMatch(/^[0-9a-f-]{36}$/);
      expect(await rowOf(sessionId)).toMatchObject({ userId: user.id, activePlatformId: platform2.id, endedAt: null });
    });

    it('create user session: invalid user', async () => {
      const before = await app.get(UnitOfWork).read((em) => em.count(UserSession));
      await expect(createUserSession(999)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      const user = await createTestUser();
      await expect(createUserSession(user.id, 456)).rejects.toMatchObject({ code: 'PLATFORM_NOT_FOUND' });
      expect(await app.get(UnitOfWork).read((em) => em.count(UserSession))).toBe(before + 1);
    });

    it('get session context: success', async () => {
      const user = await createTestUser();
      const platform = await createTestPlatform(user);
      const context = await sessions.getContext(await createUserSession(user.id, platform.id));
      expect(context).toMatchObject({
        user: { id: user.id, username: user.username },
        platform: { id: platform.id, name: 'Test Platform', platform_type: 'pixelfed' },
        session: { createdAt: expect.any(Date), lastActivityAt: expect.any(Date) },
      });
    });

    it('get session context: not found', async () => {
      expect(await sessions.getContext('nonexistent-session')).toBeNull();
      expect(await sessions.getContext(randomUUID())).toBeNull();
    });

    it('update platform context: success', async () => {
      const { user, platform1, platform2 } = await userWithPlatforms();
      const sessionId = await createUserSession(user.id, platform1.id);
      expect(await updatePlatformContext(sessionId, platform2.id)).toBe(true);
      expect((await rowOf(sessionId)).activePlatformId).toBe(platform2.id);
    });

    it('validate session: success', async () => {
      const user = await createTestUser();
      expect(await sessions.validate(await createUserSession(user.id), user.id)).toBe(true);
    });

    it('validate session: user mismatch', async () => {
      const user = await createTestUser();
      const sessionId = await createUserSession(user.id);
      expect(await sessions.validate(sessionId, 999)).toBe(false);
      const other = await createTestUser();
      expect(await sessions.validate(sessionId, other.id)).toBe(false);
    });

    it('cleanup expired sessions', async () => {
      const user = await createTestUser();
      const expired = await Promise.all([1, 2, 3, 4].map(() => createUserSession(user.id)));
      app.clock.advance(13 * HOUR);
      const fresh = await createUserSession(user.id);
      // The four, and the one of the registration.
      expect(await app.get(ExpirySweep).run(true)).toBe(5);
      expect(await app.get(ExpirySweep).run(true)).toBe(0);
      for (const id of expired) expect(await rowOf(id)).toMatchObject({ endReason: 'idle', endedAt: expect.any(Date) });
      expect(await sessions.validate(fresh, user.id)).toBe(true);
    });

    it('is session expired: idle timeout', async () => {
      const user = await createTestUser();
      const sessionId = await createUserSession(user.id);
      app.clock.advance(11 * HOUR);
      expect(await sessions.getContext(sessionId)).not.toBeNull();
      app.clock.advance(2 * HOUR);
      expect(await sessions.getContext(sessionId)).toBeNull();
      await expect(sessions.requireContext(sessionId)).rejects.toMatchObject({
        code: 'SESSION_EXPIRED',
        options: { reason: 'idle' },
      });
    });

    it('is session expired: absolute timeout', async () => {
      const user = await createTestUser();
      const sessionId = await createUserSession(user.id);
      for (const hours of [8, 8, 8 - 1 / 60]) {
        app.clock.advance(hours * HOUR);
        await sessions.extend(await sessions.requireContext(sessionId));
      }
      app.clock.advance(HOUR);
      expect(await sessions.getContext(sessionId)).toBeNull();
      await expect(sessions.requireContext(sessionId)).rejects.toMatchObject({
        code: 'SESSION_EXPIRED',
        options: { reason: 'absolute' },
      });
    });

    it('database error handling', async () => {
      const client = new TestClient(app.url);
      await client.register();
      const user = await createTestUser();
      const sessionId = await createUserSession(user.id);
      const { writer, reader } = app.get(Connections) as Connections;
      const sources = [...new Set([writer, reader])];
      for (const source of sources) await source.destroy();
      // Not knowing is not "there is none": it fails closed, and says when to ask again.
      const failure = await sessions.getContext(sessionId).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AppError);
      expect(failure).toMatchObject({ code: 'DATABASE_ERROR' });
      const answer = await client.post('/api/session/extend');
      expect([answer.status, answer.headers['retry-after'], answer.body]).toEqual([
        503,
        '30',
        { success: false, error: 'Database error occurred', error_code: 'DATABASE_ERROR', retry_after: 30 },
      ]);
      for (const source of sources) await source.initialize();
      expect(await sessions.getContext(sessionId)).not.toBeNull();
      expect((await client.post('/api/session/extend')).status).toBe(200);
    });
  });

  describe('TestSessionIntegration', () => {
    it('login creates session', async () => {
      const user = await createTestUser();
      const platform = await createTestPlatform(user);
      const client = new TestClient(app.url);
      const { status, body } = await client.login({ username: user.username, password: user.password });
      expect(status).toBe(200);
      const context = await sessions.getContext(body.session.id);
      expect(context).toMatchObject({ user: { id: user.id }, platform: { id: platform.id } });
    });

    it('platform switch updates context', async () => {
      const { user, platform1, platform2 } = await userWithPlatforms();
      const sessionId = await createUserSession(user.id, platform1.id);
      const before = await sessions.requireContext(sessionId);
      expect(await updatePlatformContext(sessionId, platform2.id)).toBe(true);
      const context = await sessions.requireContext(sessionId);
      expect(context.platform).toMatchObject({ id: platform2.id, name: 'Platform 2' });
      expect(context.revision).toBe(before.revision + 1);
    });

    it('session expiration cleanup', async () => {
      const user = await createTestUser();
      const sessionId = await createUserSession(user.id);
      expect(await sessions.getContext(sessionId)).not.toBeNull();
      app.clock.advance(12 * HOUR + 1);
      expect(await sessions.getContext(sessionId)).toBeNull();
      expect(await app.get(BatchService).cleanupUsers([user.id])).toEqual({ cleaned: 2, results: { [user.id]: 2 } });
      expect(await sessions.endReason(sessionId)).toBe('idle');
    });

    it('cross-tab synchronization', async () => {
      const { user, platform1, platform2 } = await userWithPlatforms();
      const client = new TestClient(app.url);
      await client.login({ username: user.username, password: user.password, platform_id: platform1.id });
      const [first, second] = [await openTab(client), await openTab(client)];
      for (const tab of [first, second]) {
        expect((await tab.waitFor('session:state')).platform?.id).toBe(platform1.id);
      }
      const form = { tabId: second.tabId };
      expect((await client.post(`/api/switch_platform/${platform2.id}`, {}, form)).status).toBe(200);
      const heard = await first.waitFor('platform:switched');
      expect(heard.platform).toMatchObject({ id: platform2.id, name: 'Platform 2' } satisfies Partial<PlatformView>);
      expect(heard.origin.tab_id).toBe(second.tabId);
      expect((await first.sync()).platform?.id).toBe(platform2.id);
    });

    it('session security validation', async () => {
      const user = await createTestUser();
      const sessionId = await createUserSession(user.id);
      expect(await sessions.validate(sessionId, user.id)).toBe(true);
      expect(await sessions.validate(sessionId, 999)).toBe(false);
      expect(await sessions.validate('invalid-session', user.id)).toBe(false);
      const pairs: [string, number][] = [
        [sessionId, user.id],
        ['invalid-session', user.id],
      ];
      expect(await app.get(BatchService).validate(pairs)).toEqual({ [sessionId]: true, 'invalid-session': false });
    });
  });

  describe('SessionCache', () => {
    const contextOf = async () => {
      const user = await createTestUser();
      return sessions.requireContext(await createUserSession(user.id));
    };

    it('get and set', async () => {
      const cache = new LocalSessionCache(300_000);
      const context = await contextOf();
      expect(cache.get('key')).toBeNull();
      await cache.load('key', async () => context);
      expect(cache.get('key')).toEqual(context);
    });

    it('invalidate', async () => {
      const cache = new LocalSessionCache(300_000);
      const [a, b] = [await contextOf(), await contextOf()];
      await cache.load('a', async () => a);
      await cache.load('b', async () => b);
      cache.noteEnded(a.user.id, a.session.id);
      expect([cache.get('a'), cache.get('b')]).toEqual([null, b]);
      cache.noteRevision(b.user.id, b.revision + 1);
      expect(cache.get('b')).toBeNull();
    });

    it('clear', async () => {
      const cache = new LocalSessionCache(300_000);
      await cache.load('a', contextOf);
      cache.clear();
      expect([cache.get('a'), cache.size]).toEqual([null, 0]);
    });
  });
});
