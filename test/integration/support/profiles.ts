/** An instance for each profile, one server for all of them, and posts that other programs have made there. */
import type { EntityManager } from 'typeorm';
import { UnitOfWork } from '../../../src/database/unit-of-work';
import type { ImportView, PlatformView } from '../../../src/protocol/http';
import { FAKE_KINDS, type FakeKind } from '../../../tools/fake-instance/fake-profiles';
import {
  allowed,
  type FakeInstance,
  imageThere,
  type newAccount,
  PLENTY,
  startInstance,
  stopInstances,
} from '../../support/fake-instance';
import { TestClient } from '../../support/http-client';
import { type App, closeApps, DATABASES, startApp, TestClock } from './app';
import { importEnds, postsOf } from './posting';

/** Called once, at the top of a suite. */
export function setProfiles() {
  const clock = new TestClock();
  const instances = new Map<FakeKind, FakeInstance>();
  let app: App;

  beforeAll(async () => {
    const now = () => clock.now();
    for (const kind of FAKE_KINDS) {
      instances.set(kind, await startInstance({ kind, name: kind, rateLimits: PLENTY, now }));
    }
    app = await startApp(await DATABASES[0]![1](), allowed(...instances.values()), clock);
  });
  afterAll(async () => {
    await closeApps();
    await stopInstances();
  });

  return {
    clock,
    /** Reads rows, once the suite has begun. */
    read: <T>(load: (em: EntityManager) => Promise<T>): Promise<T> => app.get(UnitOfWork).read(load),
    instanceOf: (kind: FakeKind): FakeInstance => instances.get(kind)!,
    async person(): Promise<TestClient> {
      const client = new TestClient(app.url);
      await client.register();
      return client;
    },
  };
}

/** Creates statuses at the instance as another program would, each with an image, oldest first. */
export function postThere(instance: FakeInstance, account: ReturnType<typeof newAccount>['account'], texts: string[]) {
  return texts.map((status) =>
    instance.store.post(account, { status, media_ids: [imageThere(instance, account.id, 'of it')] }, null),
  );
}

export const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word} ${index}`);

export async function importAll(client: TestClient, platform: PlatformView, form?: { older: boolean }) {
  const { body } = await client.post<ImportView>(`/api/platforms/${platform.id}/import`, form);
  return body.running ? importEnds(client, platform) : body;
}

export const contentsOf = async (client: TestClient, platform: PlatformView): Promise<string[]> =>
  (await postsOf(client, platform)).map(({ content }) => content);
