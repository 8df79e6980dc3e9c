/** Many sessions at once: validated, cleaned up and forgotten, in pieces that hold up nobody. */

import { randomUUID } from 'node:crypto';
import { IsNull } from 'typeorm';
import { DomainEvents } from '../../src/common/domain-events';
import { ClusterLock } from '../../src/database/cluster-lock';
import { Connections } from '../../src/database/connections';
import { UserSession } from '../../src/database/entities/user-session.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { RestSessionState } from '../../src/protocol/http';
import { BatchRepository } from '../../src/session/batch/batch.repository';
import { BatchService } from '../../src/session/batch/batch.service';
import { ExpirySweep, ROWS_PER_BATCH } from '../../src/session/batch/expiry-sweep';
import { SessionLifecycleService } from '../../src/session/session-lifecycle.service';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { type App, closeApps, DATABASES, DAY, HOUR, startApp } from './support/app';

describe.each(DATABASES)('%s', (_, database) => {
  let app: App;
  let databaseUrl: string;
  let admin: TestClient;

  beforeEach(async () => {
    databaseUrl = await database();
    app = await startApp(databaseUrl);
    admin = new TestClient(app.url, { userAgent: 'admin' });
    await admin.register();
  });
  afterEach(closeApps);

  async function person() {
    const client = new TestClient(app.url);
    const { user, session } = (await client.register()).body;
    return { client, userId: user.id, sessionId: session.id };
  }

  /** Rows as many sign-ins would have left them. */
  async function insertSessions(userId: number, count: number, row: Partial<UserSession> = {}): Promise<string[]> {
    const now = app.clock.now();
    const rows = Array.from({ length: count }, () => ({
      id: randomUUID(),
      userId,
      tokenHash: randomUUID().repeat(2).slice(0, 64),
      activePlatformId: null,
      userAgent: 'bulk',
      ipAddress: '10.0.0.1',
      createdAt: now,
      lastActivityAt: now,
      authenticatedAt: null,
      idleExpiresAt: new Date(now.getTime() + 12 * HOUR),
      absoluteExpiresAt: new Date(now.getTime() + DAY),
      endedAt: null,
      endReason: null,
      ...row,
    }));
    for (let at = 0; at < count; at += 500) {
      const some = rows.slice(at, at + 500);
      await app
        .get(UnitOfWork)
        .write(({ em }) => em.createQueryBuilder().insert().into(UserSession).values(some).execute());
    }
    return rows.map(({ id }) => id);
  }

  const count = (where: object): Promise<number> => app.get(UnitOfWork).read((em) => em.count(UserSession, { where }));

  it('validates pairs: live, expired, ended, foreign, unknown, malformed, of disabled users', async () => {
    const a = await person();
    const b = await person();
    const [expired] = await insertSessions(a.userId, 1, { idleExpiresAt: app.clock.now() });
    const [old] = await insertSessions(a.userId, 1, { absoluteExpiresAt: app.clock.now() });
    const [ended] = await insertSessions(a.userId, 1, { endedAt: app.clock.now(), endReason: 'logout' });
    const off = await person();
    await app
      .get(UnitOfWork)
      .write(({ em }) => em.query(`UPDATE vedfolnir_users SET is_active = 0 WHERE id = ${off.userId}`));
    const unknown = randomUUID();
    const pairs: [string, number][] = [
      [a.sessionId, a.userId],
      [b.sessionId, a.userId],
      [expired!, a.userId],
      [old!, a.userId],
      [ended!, a.userId],
      [off.sessionId, off.userId],
      [unknown, a.userId],
      ['invalid-session', a.userId],
      ['__proto__', a.userId],
      ['', 0],
    ];
    const { body, status } = await admin.post('/api/admin/sessions/validate', { pairs });
    expect(status).toBe(200);
    const expected = Object.fromEntries(pairs.map(([id], index) => [id, index === 0]));
    expect(Object.entries(body.results as object).sort()).toEqual(Object.entries(expected).sort());
    expect(await app.get(SessionLifecycleService).validate(off.sessionId, off.userId)).toBe(false);
  });

  it('answers for a session that is named twice only if all pairs hold', async () => {
    const a = await person();
    const validate = async (pairs: unknown) =>
      (await admin.post<{ results: object }>('/api/admin/sessions/validate', { pairs })).body.results;
    const right = [a.sessionId, a.userId];
    expect(await validate([right, right])).toEqual({ [a.sessionId]: true });
    expect(await validate([right, [a.sessionId, 1]])).toEqual({ [a.sessionId]: false });
    expect(await validate([[a.sessionId, 1], right])).toEqual({ [a.sessionId]: false });
    expect(await validate([])).toEqual({});
  });

  it('asks the database once for every 50 sessions', async () => {
    const a = await person();
    const ids = await insertSessions(a.userId, 120);
    const asked = jest.spyOn(app.get(BatchRepository), 'findLive');
    const pairs = [...ids, ...ids].map((id) => [id, a.userId]);
    const { results } = (await admin.post<{ results: object }>('/api/admin/sessions/validate', { pairs })).body;
    expect(Object.values(results)).toEqual(Array(120).fill(true));
    expect(asked.mock.calls.map(([, batch]) => batch.length)).toEqual([50, 50, 20]);
  });

  it('lets other events run between two batches', async () => {
    const a = await person();
    const [ids, userIds] = [await insertSessions(a.userId, 120), Array.from({ length: 50 }, (_, index) => index + 1)];
    const validated = jest.spyOn(app.get(BatchRepository), 'findLive');
    const cleaned = jest.spyOn(app.get(ExpirySweep), 'cleanUsers');
    /** How many batches had begun when another event ran. */
    const seen = new Set<string>();
    let next = setImmediate(function look() {
      seen.add(`${validated.mock.calls.length} ${cleaned.mock.calls.length}`);
      next = setImmediate(look);
    });
    await app.get(BatchService).validate(ids.map((id) => [id, a.userId]));
    await app.get(BatchService).cleanupUsers(userIds);
    clearImmediate(next);
    expect([...seen]).toEqual(expect.arrayContaining(['1 0', '2 0', '3 1', '3 2']));
  });

  it('refuses whoever is no admin, and what is not a list of pairs', async () => {
    const { client } = await person();
    for (const [path, body] of [
      ['/api/admin/sessions/validate', { pairs: [] }],
      ['/api/admin/sessions/cleanup', { user_ids: [] }],
      ['/api/cleanup_sessions', undefined],
    ] as const) {
      expect((await client.post(path, body)).body).toMatchObject({ error_code: 'FORBIDDEN' });
      expect((await new TestClient(app.url).post(path, body)).body).toMatchObject({
        error_code: 'AUTHENTICATION_REQUIRED',
      });
    }
    for (const pairs of [undefined, {}, 'x', [['x']], [['x', '1']], [[1, 1]], [['x', 1, 2]], [null], [['x', 1.5]]]) {
      expect((await admin.post('/api/admin/sessions/validate', { pairs })).body).toMatchObject({
        error_code: 'VALIDATION_ERROR',
        details: [{ field: 'pairs' }],
      });
    }
    for (const user_ids of [undefined, 1, ['1'], [0], [1.5]]) {
      const answer = await admin.post('/api/admin/sessions/cleanup', { user_ids });
      expect(answer.body).toMatchObject({ error_code: 'VALIDATION_ERROR' });
    }
  });

  it('cleans up after many users, and says how much for each', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, person));
    const past = new Date(app.clock.now().getTime() - 1);
    for (const [index, { userId }] of people.entries()) await insertSessions(userId, index, { idleExpiresAt: past });
    const bystander = await person();
    await insertSessions(bystander.userId, 3, { idleExpiresAt: past });
    const many = Array.from({ length: 30 }, (_, index) => 100_000 + index);
    const user_ids = [...people.map(({ userId }) => userId), people[4]!.userId, ...many];
    const { body } = await admin.post('/api/admin/sessions/cleanup', { user_ids });
    expect(body).toMatchObject({ cleaned: 10 });
    expect(Object.keys(body.results as object)).toHaveLength(35);
    for (const [index, { userId }] of people.entries()) expect(body.results).toMatchObject({ [userId]: index });
    expect(await count({ endReason: 'idle' })).toBe(10);
    for (const { client } of people) expect((await client.get('/api/session')).status).toBe(200);
  });

  it('ends what has run out, by its reason, and each once; answers SESSION_EXPIRED until it is forgotten', async () => {
    const a = await person();
    const now = app.clock.now().getTime();
    const idle = await insertSessions(a.userId, ROWS_PER_BATCH + 20, { idleExpiresAt: new Date(now - 1000) });
    const absolute = await insertSessions(a.userId, 3, { absoluteExpiresAt: new Date(now - 1000) });
    const heard: Record<string, string> = {};
    const unsubscribe = app.get(DomainEvents).on('session.ended', ({ sessionId, reason, userId }) => {
      expect([userId, heard[sessionId]]).toEqual([a.userId, undefined]);
      heard[sessionId] = reason;
    });
    expect((await admin.post('/api/cleanup_sessions')).body).toEqual({ cleaned: ROWS_PER_BATCH + 23 });
    expect((await admin.post('/api/cleanup_sessions')).body).toEqual({ cleaned: 0 });
    unsubscribe();
    expect(heard).toEqual({
      ...Object.fromEntries(idle.map((id) => [id, 'idle'])),
      ...Object.fromEntries(absolute.map((id) => [id, 'absolute'])),
    });
    expect((await a.client.get('/api/session')).status).toBe(200);

    const phone = a.client.device();
    await phone.login();
    await a.client.delete(`/api/sessions/${((await phone.get<RestSessionState>('/api/session')).body).session.id}`);
    app.clock.advance(13 * HOUR);
    await app.get(ExpirySweep).run(true);
    const codes = async () => [
      (await a.client.get('/api/session')).body.error_code,
      (await phone.get('/api/session')).body.error_code,
    ];
    expect(await codes()).toEqual(['SESSION_EXPIRED', 'SESSION_REVOKED']);
    app.clock.advance(29 * DAY);
    await app.get(ExpirySweep).run(true);
    expect(await codes()).toEqual(['SESSION_EXPIRED', 'SESSION_REVOKED']);
    app.clock.advance(2 * DAY);
    await app.get(ExpirySweep).run(true);
    expect(await codes()).toEqual(['SESSION_INVALID', 'SESSION_INVALID']);
    expect(await count({ userId: a.userId })).toBe(0);
  });

  it('spares the session of the admin who calls, also when it has run out itself', async () => {
    const other = admin.device();
    await other.login();
    app.clock.advance(13 * HOUR);
    expect((await admin.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_EXPIRED' });
    // The read above has ended the session in the database. Cleaning by another admin must not remove it.
    expect((await other.post('/api/cleanup_sessions')).body).toEqual({ cleaned: 0 });
    expect(await count({ endReason: 'idle' })).toBe(1);
    app.clock.advance(31 * DAY);
    expect((await other.post('/api/cleanup_sessions')).body).toEqual({ cleaned: 1 });
    expect((await other.post('/api/cleanup_sessions')).body).toEqual({ cleaned: 0 });
    expect((await other.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_EXPIRED' });
  });

  it('lets an extension that was faster win', async () => {
    const a = await person();
    // The clock goes on by itself: so near that it is as good as over, and not so that a slow machine is too late.
    app.clock.advance(12 * HOUR - 10_000);
    const [, extended] = await Promise.all([
      app.get(ExpirySweep).run(true),
      a.client.post<{ expires_at: string }>('/api/session/extend'),
    ]);
    expect(extended.status).toBe(200);
    app.clock.advance(11_000);
    await app.get(ExpirySweep).run(true);
    expect((await a.client.get('/api/session')).status).toBe(200);
  });

  it('leaves a device that has just run out to its owner, who signs it out for good', async () => {
    const a = await person();
    const phone = a.client.device();
    await phone.login();
    const { id } = (await phone.get<RestSessionState>('/api/session')).body.session;
    app.clock.advance(12 * HOUR - 10_000);
    const owner = a.client.device();
    await owner.login();
    await admin.post('/api/session/extend');
    app.clock.advance(11_000);
    expect(await count({ id, endedAt: IsNull() })).toBe(1);
    expect((await owner.delete(`/api/sessions/${id}`)).status).toBe(204);
    expect(await count({ id, endReason: 'revoked' })).toBe(1);
    expect((await phone.post('/api/session/extend')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    // The first one has run out too, and nobody has looked: shut out is shut out.
    // Shutting somebody out needs a recent sign-in of the administrator.
    await admin.login();
    expect((await admin.post(`/api/admin/users/${a.userId}/disable`)).body).toEqual({ ended: 2 });
    expect(await count({ id: a.sessionId, endReason: 'user_disabled' })).toBe(1);
  });

  it('is done by one node at a time', async () => {
    const second = await startApp(databaseUrl.startsWith('sqlite') ? await database() : databaseUrl, {}, app.clock);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun = () => {};
    const inside = new Promise<void>((resolve) => (begun = resolve));
    const first = app.get(ClusterLock).run('sweep', 0, () => {
      begun();
      return held;
    });
    await inside;
    expect(await app.get(ExpirySweep).run(false)).toBeNull();
    if (!(app.get(Connections) as Connections).serial) expect(await second.get(ExpirySweep).run(false)).toBeNull();
    const waiting = app.get(ExpirySweep).run(true);
    release();
    await first;
    expect(await waiting).toBe(0);
    expect(await second.get(ExpirySweep).run(false)).toBe(0);
  });

  it('sweeps by itself', async () => {
    const a = await person();
    await insertSessions(a.userId, 5, { idleExpiresAt: app.clock.now() });
    await startApp(databaseUrl, { SWEEP_INTERVAL: '50ms' }, app.clock);
    await eventually(async () => expect(await count({ endReason: 'idle' })).toBe(5));
  });

  it('two nodes that sweep the same rows end each once', async () => {
    const a = await person();
    await insertSessions(a.userId, 1500, { idleExpiresAt: app.clock.now() });
    const heard: string[] = [];
    app.get(DomainEvents).on('session.ended', ({ sessionId }) => heard.push(sessionId));
    const sweep = app.get(ExpirySweep);
    const users = await Promise.all([1, 2, 3].map(() => sweep.cleanUsers([a.userId])));
    // Whoever met a held row has left it to the other.
    const left = await sweep.cleanUsers([a.userId]);
    expect(users.flat().length + left.length).toBe(1500);
    expect(new Set(heard).size).toBe(1500);
    expect(heard).toHaveLength(1500);
  });
});
