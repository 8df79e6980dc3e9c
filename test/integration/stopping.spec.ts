/** A node that is stopped starts no more background work, and ends in time although some is due or does not end. */
import { Lifecycle } from '../../src/common/lifecycle';
import { ClusterLock } from '../../src/database/cluster-lock';
import { PlatformConnection } from '../../src/database/entities/platform-connection.entity';
import { StatusImport } from '../../src/database/entities/status-import.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { ImportWorker } from '../../src/publishing/import/import-worker';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, connectTo, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { migratedDatabase, startMariaDb } from '../support/services';
import { closeApps, startApp } from './support/app';
import { importEnds, write } from './support/posting';
import { contentsOf } from './support/profiles';

/** What the app has for closing of the 10 s that its process has, after a grace period of 3 s. */
const CLOSES_WITHIN_MS = 6800;

afterAll(async () => {
  await closeApps();
  await stopInstances();
});

// Not on SQLite as well: its queries are synchronous, so that a worker which never ends would stop the test's timeout.
it('ends while imports are due, and leaves them to the next start', async () => {
  const town = await startInstance();
  const [database, env] = [await migratedDatabase(), { ENCRYPTION_KEYS: encryptionKey(), ...allowed(town) }];
  const app = await startApp(database, env);
  const client = new TestClient(app.url);
  await client.register();
  const connected = [await connectTo(client, town), await connectTo(client, town)];
  for (const { platform, account } of connected) {
    await importEnds(client, platform);
    town.store.post(account, { status: 'written meanwhile' }, null);
  }
  const work = app.get<UnitOfWork>(UnitOfWork);
  const attempts = () => work.read((em) => em.sum(StatusImport, 'attempts'));
  const before = await attempts();
  const due = { nextAttemptAt: app.clock.now(), cursorId: null };
  await work.write(({ em }) => em.update(StatusImport, { hasReachedOldest: true }, due));
  const worker = app.get(ImportWorker);
  worker.wake();
  await app.get(Lifecycle).onModuleDestroy();
  // The one that it was about to claim.
  expect((await attempts())! - before!).toBeLessThanOrEqual(1);
  await app.close();

  const again = client.at((await startApp(database, env)).url);
  for (const { platform } of connected) {
    expect(await importEnds(again, platform)).toMatchObject({ error: null });
    expect(await contentsOf(again, platform)).toEqual(['written meanwhile']);
  }
}, 30_000);

it('ends in time while an instance answers neither a check nor an import nor a post', async () => {
  const town = await startInstance();
  const app = await startApp(await migratedDatabase(), allowed(town));
  const client = new TestClient(app.url);
  await client.register();
  const { platform, account } = await connectTo(client, town);
  await importEnds(client, platform);
  let answer = () => {};
  const until = new Promise<void>((resolve) => (answer = resolve));
  /** Resolves when the instance has the request and does not answer it. */
  const hangs = async (route: string, start: () => Promise<unknown>) => {
    const before = town.count(route);
    town.fail(route, { until });
    await start();
    await eventually(() => expect(town.count(route)).toBe(before + 1));
  };
  const work = app.get<UnitOfWork>(UnitOfWork);
  const now = app.clock.now();
  await hangs('GET /api/v1/accounts/verify_credentials', () =>
    work.write(({ em }) => em.update(PlatformConnection, platform.id, { nextCheckAt: now })),
  );
  await hangs(`GET /api/v1/accounts/${account.id}/statuses`, async () => {
    await work.write(({ em }) => em.update(StatusImport, platform.id, { nextAttemptAt: now, cursorId: null }));
    app.get(ImportWorker).wake();
  });
  await hangs('POST /api/v1/statuses', () => write(client, platform, 'on its way'));
  const startedAt = performance.now();
  await app.close();
  expect(performance.now() - startedAt).toBeLessThan(CLOSES_WITHIN_MS);
  answer();
}, 60_000);

it('gives up a lock whose server does not answer, and ends', async () => {
  const server = await startMariaDb();
  const app = await startApp(await migratedDatabase(server.url()));
  const { database } = app.config;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let begun = () => {};
  const inside = new Promise<void>((resolve) => (begun = resolve));
  const holding = new ClusterLock(database).run('task', 0, () => {
    begun();
    return held;
  });
  await inside;
  const waiting = new ClusterLock(database).run('task', 3, () => Promise.resolve());
  waiting.catch(() => undefined);
  const isAsked = "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'SELECT GET_LOCK%'";
  const work = app.get<UnitOfWork>(UnitOfWork);
  await eventually(async () => expect(await work.read((em) => em.query(isAsked))).toHaveLength(1), { interval: 5 });
  server.freeze();
  release();
  await expect(waiting).rejects.toMatchObject({ code: 'DATABASE_ERROR' });
  await holding;
  await app.close();
  await server.kill();
}, 60_000);
