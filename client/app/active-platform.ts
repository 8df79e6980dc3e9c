import { hueOf } from '../../src/protocol/avatar';
import { on, session } from '../elements/session';

/** The page wears the colour of the active account, and its tab the name: a look is enough to know who one is. */
export function showActivePlatform(): void {
  const title = document.title;
  const show = (): void => {
    const state = session.getState();
    const platform = state?.platform;
    const pinned = state?.tabPinned ? ' (this tab)' : state?.session.pinned ? ' (this device)' : '';
    document.title = platform ? `${platform.name}${pinned} · ${title}` : title;
    if (platform) document.body.dataset.hue = String(hueOf(platform.id));
    else delete document.body.dataset.hue;
  };
  on('sessionStateChanged', show);
  show();
}
