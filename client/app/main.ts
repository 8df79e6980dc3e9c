/** Our own pages, on top of what `/client/vedfolnir.js` gives to every page; each page is an element of its name. */
import '../elements';
import { on } from '../elements/session';
import './app.css';
import { notify } from '../elements/notify';
import { messageOf } from '../elements/problem';
import { on, session } from '../elements/session';
import { AccountPage } from './pages/account';
import { DevicesPage } from './pages/devices';
import { HomePage } from './pages/home';
import { LoginPage } from './pages/login';
import { PlatformsPage } from './pages/platforms';
import { RegisterPage } from './pages/register';
import { ExpiryDialog } from './parts/expiry-dialog';
import { showOfflineBanner } from './parts/offline-banner';
import { Switcher } from './parts/switcher';

/** A file of its own: only a page for writing needs it. */
const COMPOSER = '/client/composer.mjs';

showActivePlatform();
if (document.querySelector('vf-composer')) void import(/* @vite-ignore */ COMPOSER);

// Who signs in elsewhere in this browser is signed in here, unless they came to sign in once more.
const again = new URLSearchParams(window.location.search).has('again');
if (document.body.hasAttribute('data-entrance') && !again) {
  on('sessionStateChanged', () => window.location.replace('/'));
}

function beginSignedIn(): void {
  new ExpiryDialog();
  const switcher = document.getElementById('switcher');
  if (switcher) new Switcher(switcher).draw();
  document.getElementById('sign-out')?.addEventListener('click', () => {
    session.logout().catch((error: unknown) => notify(messageOf(error), 'error'));
  });
}

begin();
