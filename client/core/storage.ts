import type { Environment } from './environment';

/** What a page may keep for the length of a session, and nothing secret. */
const PREFIX = 'vedfolnir_';
/** With the id of a user who has signed out here: stays until their drafts are deleted. */
const SIGNED_OUT_PREFIX = 'vedfolnir_signed_out_';

type Keys = Environment['storage'];

/** Leaves nothing of a session behind. */
export function clearStorage(storage: Keys): void {
  for (const key of ownKeys(storage)) if (!key.startsWith(SIGNED_OUT_PREFIX)) storage?.removeItem(key);
}

/** The ids of those who have signed out here, be it on a page that has nothing of theirs. */
export function signedOutUserIds(storage: Keys): number[] {
  const marks = ownKeys(storage).filter((key) => key.startsWith(SIGNED_OUT_PREFIX));
  return marks.map((key) => Number(key.slice(SIGNED_OUT_PREFIX.length)));
}

export function markSignedOut(storage: Keys, userId: number): void {
  setItem(storage, SIGNED_OUT_PREFIX + userId, '');
}

export function setItem(storage: Pick<Storage, 'setItem'> | null, key: string, value: string): void {
  try {
    storage?.setItem(key, value);
  } catch {
    // Full, or closed to us.
  }
}

export function unmarkSignedOut(storage: Keys, userId: number): void {
  storage?.removeItem(SIGNED_OUT_PREFIX + userId);
}

/** Null where the browser refuses to keep anything. */
export function sessionStorageOrNull(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** Null where the browser refuses to keep anything. */
export function localStorageOrNull(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function ownKeys(storage: Keys): string[] {
  const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? '');
  return keys.filter((key) => key.startsWith(PREFIX));
}
