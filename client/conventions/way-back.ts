/**
 * Where the person was when their session ended, or when they left to sign in again before it did. Kept by the tab, not
 * by an address that others can write, and for nobody else.
 */
const KEY = 'vedfolnir_way_back';

/** Only the path: what was there is not remembered. */
export function keepWayBack(userId: number): void {
  storage((kept) => kept.setItem(KEY, `${userId} ${window.location.pathname}`));
}

export function forgetWayBack(): void {
  storage((kept) => kept.removeItem(KEY));
}

/** @returns an address of this site, whatever was kept: home where nothing was */
export function wayBack(userId: number): string {
  const address = new URL(window.location.origin);
  storage((kept) => {
    const [, owner, path] = /^(\d+) (.*)$/s.exec(kept.getItem(KEY) ?? '') ?? [];
    if (Number(owner) === userId) address.pathname = path ?? '';
  });
  return address.href;
}

function storage(task: (kept: Storage) => void): void {
  try {
    task(window.sessionStorage);
  } catch {
    // Refused by the browser: it is a convenience.
  }
}
