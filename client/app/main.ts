/** Our own pages, on top of `/client/vedfolnir.js`, which every page has; each page is a custom element. */
import '../elements';
import { showActivePlatform } from './active-platform';
import './app.css';
import { drawServerIcons } from './icons';
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

/** A separate file: only pages with a composer load it. */
const COMPOSER = '/client/composer.mjs';

// Loaded on demand: few users have this page, and it includes a chart library.
if (document.body.dataset.page === 'admin') void import('./pages/admin/admin');
drawServerIcons();
showActivePlatform();
watchFirstSteps();
announceSwitchesElsewhere();
startShortcuts();
if (document.querySelector('vf-composer')) void import(/* @vite-ignore */ COMPOSER);

// A signed-in user has no use for the sign-in pages, except to sign in again.
const again = new URLSearchParams(window.location.search).has('again');
if (document.body.hasAttribute('data-entrance') && document.body.dataset.page !== 'reset' && !again)
  redirectWhenSignedIn();
saveReturnPathOnLeave(document.querySelector('vf-expiry-dialog'));
