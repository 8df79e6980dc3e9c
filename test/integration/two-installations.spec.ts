/** Two installations on one account, and one whose database was restored: no post is lost, none is here that is not there. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ImportView, PlatformView } from '../../src/protocol/http';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, type FakeInstance, newAccount, PLENTY, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { temporaryFolder } from '../support/processes';
import { migratedFile } from '../support/services';
import { type App, closeApps, startApp } from './support/app';
import { postsOf, published, write } from './support/posting';

let town: FakeInstance;

beforeAll(async () => {
  town = await startInstance({ rateLimits: PLENTY });
});
afterAll(async () => {
  await closeApps();
  await stopInstances();
});

async function connected({ url }: App, access_token: string) {
  const client = new TestClient(url);
  await client.register();
  const { body } = await client.post<PlatformView>('/api/platforms', { instance_url: town.url, access_token });
  // A first import that is still running would import what is written after it.
  await eventually(async () => {
    const { running } = (await client.get<ImportView>(`/api/platforms/${body.id}/import`)).body;
    expect(running).toBe(false);
  });
  return { client, platform: body };
}
const textsThere = (accountId: string) =>
  town.statuses.filter((each) => each.accountId === accountId).map(({ text }) => text);
/** All texts that are here, after what is there has been read. */
async function read(client: TestClient, platform: PlatformView): Promise<string[]> {
  await client.post(`/api/platforms/${platform.id}/import`);
  return (await postsOf(client, platform)).map(({ content }) => content).sort();
}

it('has all of an account once in each of two installations that post to it', async () => {
  const { account, token } = newAccount(town);
  const apps = [await startApp(migratedFile(), allowed(town)), await startApp(migratedFile(), allowed(town))];
  const people = await Promise.all(apps.map((app) => connected(app, token)));
  for (const [index, { client, platform }] of people.entries()) {
    for (const text of ['one', 'two', 'three']) {
      const { id } = await write(client, platform, `${text} of ${index}`);
      await published(client, platform, id);
    }
  }
  const there = textsThere(account.id).sort();
  expect(there).toHaveLength(6);
  for (const { client, platform } of people) expect(await read(client, platform)).toEqual(there);
});

it('publishes what is written after a backup was restored, and shows no other post in its place', async () => {
  const { account, token } = newAccount(town);
  const file = `${temporaryFolder()}/test.sqlite`;
  const env = { ...allowed(town), ENCRYPTION_KEYS: encryptionKey() };
  const first = await startApp(migratedFile(file), env);
  const { client, platform } = await connected(first, token);
  const kept = await write(client, platform, 'before the backup');
  await published(client, platform, kept.id);
  await first.close();
  const backup = readFileSync(file);
  const second = await startApp(`sqlite:${file}`, env);
  const later = client.at(second.url);
  const lost = await write(later, platform, 'after the backup');
  await published(later, platform, lost.id);
  await second.close();
  for (const ending of ['-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
  writeFileSync(file, backup);
  const restored = client.at((await startApp(`sqlite:${file}`, env)).url);
  const next = await write(restored, platform, 'after the restore');
  expect(next.id).toBe(lost.id);
  await published(restored, platform, next.id);
  const there = ['after the backup', 'after the restore', 'before the backup'];
  expect(textsThere(account.id).sort()).toEqual(there);
  expect(await read(restored, platform)).toEqual(there);
});
