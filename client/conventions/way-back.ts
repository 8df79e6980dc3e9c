/** Where the person was when their session ended, for when they have signed in again. Kept by the tab, not by an address that others can write. */
const KEY = 'vedfolnir_way_back';

/** Only the path: what was there is not remembered. */
export function keepWayBack(): void {
  storage((kept) => kept.setItem(KEY, window.location.pathname));
}

export function forgetWayBack(): void {
  storage((kept) => kept.removeItem(KEY));
}

/** @returns an address of this site, whatever was kept: home where nothing was */
export function wayBack(): string {
  const address = new URL(window.location.origin);
  storage((kept) => {
    address.pathname = kept.getItem(KEY) ?? '';
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
