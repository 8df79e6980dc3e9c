import type { Environment } from './environment';

/** Prefix of our keys: values for the length of a session, nothing secret. */
const PREFIX = 'vedfolnir_';
/** Followed by the id of a user who has signed out in this browser: kept until the drafts of that user are deleted. */
const SIGNED_OUT_PREFIX = 'vedfolnir_signed_out_';

type Keys = Environment['storage'];

/** Removes all data of the session. */
export function clearStorage(storage: Keys): void {
  for (const key of ownKeys(storage)) if (!key.startsWith(SIGNED_OUT_PREFIX)) storage?.removeItem(key);
}

/** Ids of the users who have signed out in this browser, even on pages without drafts. */
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
    // The storage is full, or refused.
  }
}

export function unmarkSignedOut(storage: Keys, userId: number): void {
  storage?.removeItem(SIGNED_OUT_PREFIX + userId);
}

/** Null if the browser refuses storage. */
export function sessionStorageOrNull(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** Null if the browser refuses storage. */
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
