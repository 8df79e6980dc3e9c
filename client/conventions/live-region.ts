/** Screen readers announce a live region when its text changes, not when it is inserted with the text. */
const ANNOUNCE_DELAY_MS = 100;
/** Set by script, which a strict style policy (CSP) allows. */
const VISUALLY_HIDDEN =
  'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap';

let region: HTMLElement | undefined;

/** Has a screen reader announce the text after its current output (`role="status"`). */
export function announce(words: string): void {
  if (!region?.isConnected) {
    region = document.createElement('div');
    region.setAttribute('role', 'status');
    region.style.cssText = VISUALLY_HIDDEN;
    document.body.append(region);
  }
  window.setTimeout(() => region?.replaceChildren(words), ANNOUNCE_DELAY_MS);
}
