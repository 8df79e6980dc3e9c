/**
 * The page that the user was on when the session ended, or when they left to sign in again. Kept in sessionStorage and
 * not in a URL, which others could forge, and for this user only.
 */
const KEY = 'vedfolnir_return_path';

/** Stores only the path, no query and no fragment. */
export function saveReturnPath(userId: number): void {
  withStorage((kept) => kept.setItem(KEY, `${userId} ${window.location.pathname}`));
}

export function clearReturnPath(): void {
  withStorage((kept) => kept.removeItem(KEY));
}

/** @returns a URL of this site, whatever is stored; the home page if nothing is stored for this user */
export function returnPath(userId: number): string {
  const address = new URL(window.location.origin);
  withStorage((kept) => {
    const [, owner, path] = /^(\d+) (.*)$/s.exec(kept.getItem(KEY) ?? '') ?? [];
    if (Number(owner) === userId) address.pathname = path ?? '';
  });
  return address.href;
}

function withStorage(task: (kept: Storage) => void): void {
  try {
    task(window.sessionStorage);
  } catch {
    // Storage is blocked by the browser; the return path is only a convenience.
  }
}
