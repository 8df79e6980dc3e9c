/** A node that is stopped starts no more background work: it ends although some is due. */

import { StatusImport } from '../../src/database/entities/status-import.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { ImportWorker } from '../../src/publishing/import/import-worker';
import { encryptionKey } from '../support/backends';
import { allowed, connectTo, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { migratedDatabase } from '../support/services';
import { closeApps, startApp } from './support/app';
import { importEnds } from './support/posting';
import { contentsOf } from './support/profiles';

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
  await work.write(({ em }) => em.update(StatusImport, { isWhole: true }, due));
  const worker = app.get(ImportWorker);
  worker.wake();
  await worker.onModuleDestroy();
  // The one that it was about to claim.
  expect((await attempts())! - before!).toBeLessThanOrEqual(1);
  await app.close();

  const again = client.at((await startApp(database, env)).url);
  for (const { platform } of connected) {
    expect(await importEnds(again, platform)).toMatchObject({ error: null });
    expect(await contentsOf(again, platform)).toEqual(['written meanwhile']);
  }
}, 30_000);
