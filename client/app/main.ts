/** Our own pages, on top of what `/client/vedfolnir.js` gives to every page. */
import './app.css';
import { notify } from '../elements/notify';
import { messageOf } from '../elements/problem';
import { on, session } from '../elements/session';
import { AccountPage } from './pages/account';
import { Composer } from './pages/composer';
import { DevicesPage } from './pages/devices';
import { HomePage } from './pages/home';
import { LoginPage } from './pages/login';
import { PlatformsPage } from './pages/platforms';
import { RegisterPage } from './pages/register';
import { ExpiryDialog } from './parts/expiry-dialog';
import { sayFarewell } from './parts/farewell';
import { showOfflineBanner } from './parts/offline-banner';
import { Switcher } from './parts/switcher';

const PAGES: Record<string, (root: HTMLElement) => void> = {
  login: (root) => new LoginPage(root).draw(),
  register: (root) => new RegisterPage(root).draw(),
  home: (root) => new HomePage(root).draw(),
  create_post: (root) => {
    const form = root.querySelector<HTMLFormElement>('form#composer');
    if (form) new Composer(form);
  },
  platforms: (root) => new PlatformsPage(root).draw(),
  devices: (root) => new DevicesPage(root).draw(),
  account: (root) => new AccountPage(root).draw(),
};

const SIGNED_OUT_PAGES = ['login', 'register'];

function begin(): void {
  const page = document.body.dataset.page ?? '';
  const root = document.getElementById('app');
  showOfflineBanner();
  if (SIGNED_OUT_PAGES.includes(page)) on('sessionStateChanged', () => window.location.replace('/'));
  else beginSignedIn();
  if (root) PAGES[page]?.(root);
}

function beginSignedIn(): void {
  sayFarewell();
  new ExpiryDialog();
  reloadForAnother();
  showWho();
  const switcher = document.getElementById('switcher');
  if (switcher) new Switcher(switcher).draw();
  document.getElementById('sign-out')?.addEventListener('click', () => {
    session.logout().catch((error: unknown) => notify(messageOf(error), 'error'));
  });
}

function showWho(): void {
  const show = (username: string | undefined) => {
    for (const place of document.querySelectorAll('[data-user-info="username"]')) place.textContent = username ?? '';
  };
  on('sessionStateChanged', ({ user }) => show(user.username));
  show(session.getState()?.user.username);
}

/** The page was made for one person; when the browser is another's now, it is made anew. */
function reloadForAnother(): void {
  let user = session.getState()?.user.id;
  on('sessionStateChanged', (state) => {
    user ??= state.user.id;
    if (state.user.id !== user) window.location.reload();
  });
}

begin();
