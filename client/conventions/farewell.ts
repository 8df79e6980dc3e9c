import { farewellWords } from '../../src/protocol/end-reasons';
import { localStorageOrNull, markSignedOut } from '../core/storage';
import { on } from './page';
import { forgetWayBack, keepWayBack } from './way-back';

/** Long enough to read one line. */
const READ_MS = 1_500;

/** A page that says `data-session-required` was made for one person, and stays for as long as they are signed in. */
export function startFarewell(): void {
  let madeFor: number | undefined;
  let user: number | undefined;
  on('sessionStateChanged', (state) => {
    user = state.user.id;
    madeFor ??= user;
    if (!isPrivate()) return;
    if (user !== madeFor) reloadForAnother();
    // They are back.
    forgetWayBack();
  });
  on('sessionExpired', ({ reason, errorCode }) => {
    if (isPrivate()) {
      // Who has signed out is done here.
      if (reason !== 'logout') keepWayBack();
      sayFarewell(reason);
    }
    // A cookie that is gone may also have run out with its session. Who did sign out here has heard it by itself.
    const signedOut = reason === 'logout' && errorCode !== 'AUTHENTICATION_REQUIRED';
    if (signedOut && user !== undefined) markSignedOut(localStorageOrNull(), user);
  });
}

/** Where to sign in again. */
export function signInPage(): string {
  return document.body.dataset.sessionRequired || '/login';
}

function isPrivate(): boolean {
  return document.body.hasAttribute('data-session-required');
}

/** Nothing of the one person is left to be seen beside the name of the other. */
function reloadForAnother(): void {
  document.documentElement.hidden = true;
  window.location.reload();
}

function sayFarewell(reason: string): void {
  const address = new URL(signInPage(), document.baseURI);
  address.searchParams.set('reason', reason);
  const message = document.createElement('main');
  message.id = 'farewell';
  message.setAttribute('role', 'alert');
  const words = document.createElement('p');
  words.textContent = farewellWords(reason);
  const link = document.createElement('a');
  link.href = address.href;
  link.textContent = 'Sign in';
  message.append(words, link);
  // Taken out, not only hidden: "nothing left" must hold for whoever looks into the page too.
  document.body.replaceChildren(message);
  document.title = 'Signed out';
  window.setTimeout(() => window.location.replace(address.href), READ_MS);
}
