import { hueOf } from '../../src/protocol/avatar';
import { session } from '../elements/session';
import { favicon } from './favicon';

/**
 * Shows the active account: its colour on the page, in the favicon and in the browser's window bar, its name in the
 * title. A session that is about to end is announced in the title, which is visible for a tab in the background too.
 */
export function showActivePlatform(): void {
  const title = document.title;
  /** Id of the session that is about to end. */
  let ending: string | undefined;
  const show = (): void => {
    const state = session.getState();
    const platform = state?.platform;
    const pinned = state?.tabPinned ? ' (this tab)' : state?.session.pinned ? ' (this device)' : '';
    const name = platform ? `${platform.name}${pinned} · ${title}` : title;
    document.title = ending !== undefined && state?.session.id === ending ? `Sign-out soon · ${name}` : name;
    if (platform) document.body.dataset.hue = String(hueOf(platform.id));
    else delete document.body.dataset.hue;
    tint();
  };
  const setEnding = (id?: string): void => {
    ending = id;
    show();
  };
  session.on('sessionStateChanged', show);
  session.on('sessionExpiring', () => setEnding(session.getState()?.session.id));
  session.on('sessionExtended', () => setEnding());
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tint);
  show();
}

/** Takes the colour from the style sheet, which derives it from the account's hue. */
function tint(): void {
  const site = document.querySelector('.site');
  if (!site) return;
  const colour = getComputedStyle(site).borderBlockStartColor;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const bar = document.querySelector<HTMLMetaElement>('meta[name="theme-color"]');
  if (document.body.dataset.hue === undefined) return;
  if (icon) icon.href = favicon(colour);
  if (bar) bar.content = colour;
}
