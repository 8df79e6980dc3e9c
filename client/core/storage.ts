import type { Environment } from './environment';

/** What a page may keep for the length of a session, and nothing secret. */
const PREFIX = 'vedfolnir_';

/** Leaves nothing of a session behind. */
export function clearOwnKeys(storage: Environment['storage']): void {
  if (!storage) return;
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
  for (const key of keys) if (key?.startsWith(PREFIX)) storage.removeItem(key);
}
