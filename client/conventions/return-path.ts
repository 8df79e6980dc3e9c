import { sessionStorageOrNull, setItem } from '../core/storage';

/**
 * The page that the user was on when the session ended, or when they left to sign in again. Kept in sessionStorage and
 * not in a URL, which others could forge, and for this user only.
 */
const KEY = 'vedfolnir_return_path';

/** Stores only the path, no query and no fragment. */
export function saveReturnPath(userId: number): void {
  setItem(sessionStorageOrNull(), KEY, `${userId} ${window.location.pathname}`);
}

export function clearReturnPath(): void {
  sessionStorageOrNull()?.removeItem(KEY);
}

/** @returns a URL of this site, whatever is stored; the home page if nothing is stored for this user */
export function returnPath(userId: number): string {
  const address = new URL(window.location.origin);
  const [, owner, path] = /^(\d+) (.*)$/s.exec(sessionStorageOrNull()?.getItem(KEY) ?? '') ?? [];
  if (Number(owner) === userId) address.pathname = path ?? '';
  return address.href;
}
