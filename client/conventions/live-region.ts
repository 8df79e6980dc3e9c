/** A region is read out when its words change, not when it comes with them. */
const ANNOUNCE_DELAY_MS = 100;
/** Set by script, which a strict policy for styles allows. */
const VISUALLY_HIDDEN =
  'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap';

let region: HTMLElement | undefined;

/** Has a screen reader say something as soon as it has finished with what it is saying. */
export function announce(words: string): void {
  if (!region?.isConnected) {
    region = document.createElement('div');
    region.setAttribute('role', 'status');
    region.style.cssText = VISUALLY_HIDDEN;
    document.body.append(region);
  }
  window.setTimeout(() => region?.replaceChildren(words), ANNOUNCE_DELAY_MS);
}
