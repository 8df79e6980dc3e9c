import { on } from '../../elements/session';

/** Says that what is shown may be old, for as long as it may be. */
export function showOfflineBanner(): void {
  const banner = document.createElement('div');
  banner.id = 'offline';
  banner.setAttribute('role', 'status');
  document.body.prepend(banner);
  const show = (connected: boolean) => {
    banner.textContent = connected ? '' : 'No connection to the server. What you see may be out of date.';
  };
  show(navigator.onLine);
  on('sessionConnectionChanged', ({ connected }) => show(connected));
}
