/**
 * Where the person was when their session ended, or when they left to sign in again before it did. Kept by the tab, not
 * by an address that others can write, and for this person alone.
 */
const KEY = 'vedfolnir_return_path';

/** Only the path: what was there is not remembered. */
export function saveReturnPath(userId: number): void {
  withStorage((kept) => kept.setItem(KEY, `${userId} ${window.location.pathname}`));
}

export function clearReturnPath(): void {
  withStorage((kept) => kept.removeItem(KEY));
}

/** @returns an address of this site, whatever was kept: home where nothing was */
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
    // Refused by the browser: it is a convenience.
  }
}
