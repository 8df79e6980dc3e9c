/**
 * `vedfolnir/elements`: the elements with their session. On a server, which has no session, it exports only their
 * types.
 */
import type { Composer } from '../elements/composer/composer';
import type { ConnectionDot } from '../elements/connection-dot';
import type { DeviceList } from '../elements/device-list';
import type { ExpiryDialog } from '../elements/expiry-dialog';
import type { OfflineBanner } from '../elements/offline-banner';
import type { PlatformSwitcher } from '../elements/platform-switcher';
import type { SessionMenu } from '../elements/session-menu';
import type { Toasts } from '../elements/toasts';
import '../index';

export type * from '../elements';
export type { ElementAttributes } from '../elements/attributes';
export { notify } from '../elements/notify';

// Element classes can only be defined where `HTMLElement` exists.
if (typeof window !== 'undefined') await Promise.all([import('../elements'), import('../elements/composer/composer')]);

declare global {
  interface HTMLElementTagNameMap {
    'vf-composer': Composer;
    'vf-connection-dot': ConnectionDot;
    'vf-device-list': DeviceList;
    'vf-expiry-dialog': ExpiryDialog;
    'vf-offline-banner': OfflineBanner;
    'vf-platform-switcher': PlatformSwitcher;
    'vf-session-menu': SessionMenu;
    'vf-toasts': Toasts;
  }
}
