import { sessionEndMessage } from '../../src/protocol/end-reasons';
import { on } from './page';
import { clearReturnPath, saveReturnPath } from './return-path';

/** Long enough to read one line. */
const REDIRECT_DELAY_MS = 1_500;

/** A page that says `data-session-required` was made for one person, and stays for as long as they are signed in. */
export function startSessionEndedPage(): void {
  let madeFor: number | undefined;
  on('sessionStateChanged', ({ user }) => {
    madeFor ??= user.id;
    if (!isPrivate()) return;
    if (user.id !== madeFor) reloadForOtherUser();
    // They are back.
    clearReturnPath();
  });
  on('sessionExpired', ({ reason }) => {
    // Who has signed out is done here.
    if (reason === 'logout') clearReturnPath();
    else if (isPrivate() && madeFor !== undefined) saveReturnPath(madeFor);
    if (isPrivate()) showSessionEndedPage(reason);
  });
}

/** Where to sign in again. */
export function loginPage(): string {
  return document.body.dataset.sessionRequired || '/login';
}

function isPrivate(): boolean {
  return document.body.hasAttribute('data-session-required');
}

/** Nothing of the one person is left to be seen beside the name of the other. */
function reloadForOtherUser(): void {
  document.documentElement.hidden = true;
  window.location.reload();
}

function showSessionEndedPage(reason: string): void {
  const address = new URL(loginPage(), document.baseURI);
  address.searchParams.set('reason', reason);
  const message = document.createElement('main');
  message.id = 'session-ended';
  message.setAttribute('role', 'alert');
  const words = document.createElement('p');
  words.textContent = sessionEndMessage(reason);
  const link = document.createElement('a');
  link.href = address.href;
  link.textContent = 'Sign in';
  message.append(words, link);
  // Taken out, not only hidden: "nothing left" must hold for whoever looks into the page too.
  document.body.replaceChildren(message);
  document.title = 'Signed out';
  window.setTimeout(() => window.location.replace(address.href), REDIRECT_DELAY_MS);
}
