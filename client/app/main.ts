/** Our own pages, on top of what `/client/vedfolnir.js` gives to every page; each page is an element of its name. */
import '../elements';
import { showActivePlatform } from './active-platform';
import './app.css';
import { drawServerIcons } from '../elements/icon';
import { redirectWhenSignedIn, saveReturnPathOnLeave } from './lib/login-redirect';
import { watchFirstSteps } from './lib/watch-first-steps';
import './pages/account';
import './pages/activity';
import './pages/connect-form';
import './pages/devices';
import './pages/home';
import './pages/images';
import './pages/login';
import './pages/platforms';
import './pages/register';
import './pages/reset';
import { startShortcuts } from './shortcuts';
import { announceSwitchesElsewhere } from './switch-notice';

/** A file of its own: only a page for writing needs it. */
const COMPOSER = '/client/composer.mjs';

// Few have it, and it brings charts along.
if (document.body.dataset.page === 'admin') void import('./pages/admin/admin');
drawServerIcons();
showActivePlatform();
watchFirstSteps();
announceSwitchesElsewhere();
startShortcuts();
if (document.querySelector('vf-composer')) void import(/* @vite-ignore */ COMPOSER);

// Who is signed in is no visitor here, unless they want to sign in once more.
const again = new URLSearchParams(window.location.search).has('again');
if (document.body.hasAttribute('data-entrance') && document.body.dataset.page !== 'reset' && !again)
  redirectWhenSignedIn();
saveReturnPathOnLeave(document.querySelector('vf-expiry-dialog'));
