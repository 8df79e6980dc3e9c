/** Persists a fake instance, so that its posts survive a restart. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { FakeStore } from './fake-store';

const MAPS = ['media', 'accounts', 'tokens', 'apps'] as const;

type Kept = Pick<FakeStore, 'statuses' | (typeof MAPS)[number]>;

/** Loads persisted data into a new store. */
export function restore(store: FakeStore, file: string): void {
  if (!existsSync(file)) return;
  const kept = deserialize(readFileSync(file)) as Kept;
  store.statuses.push(...kept.statuses);
  for (const name of MAPS) {
    const map = store[name] as Map<string, unknown>;
    for (const [key, value] of kept[name]) map.set(key, value);
  }
}

/** Writes atomically, so that a process that is killed leaves the old file. */
export function keep({ statuses, media, accounts, tokens, apps }: FakeStore, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, serialize({ statuses, media, accounts, tokens, apps } satisfies Kept));
  renameSync(`${file}.new`, file);
}
