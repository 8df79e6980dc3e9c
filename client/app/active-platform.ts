import { hueOf } from '../../src/protocol/avatar';
import { on, session } from '../elements/session';
import { favicon } from './favicon';

/**
 * The page wears the colour of the active account, and so do its icon and the bar of the window; its tab has the name.
 * A session that is about to end says so in the title, where a tab in the background shows it.
 */
export function showActivePlatform(): void {
  const title = document.title;
  let isEnding = false;
  const show = (): void => {
    const state = session.getState();
    const platform = state?.platform;
    const pinned = state?.tabPinned ? ' (this tab)' : state?.session.pinned ? ' (this device)' : '';
    const name = platform ? `${platform.name}${pinned} · ${title}` : title;
    document.title = isEnding ? `Sign-out soon · ${name}` : name;
    if (platform) document.body.dataset.hue = String(hueOf(platform.id));
    else delete document.body.dataset.hue;
    tint();
  };
  const setEnding = (ending: boolean): void => {
    isEnding = ending;
    show();
  };
  on('sessionStateChanged', show);
  on('sessionExpiring', () => setEnding(true));
  on('sessionExtended', () => setEnding(false));
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tint);
  show();
}

/** In the colour that the style sheet makes of the account's hue. */
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
