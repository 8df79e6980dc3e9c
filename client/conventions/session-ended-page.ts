import { sessionEndMessage } from '../../src/protocol/end-reasons';
import type { SessionSync } from '../core/session-sync';
import { observePage, whenBody } from './page';
import { clearReturnPath, saveReturnPath } from './return-path';

/** Long enough to read one line. */
const REDIRECT_DELAY_MS = 1_500;

/** A page with `data-session-required` was made for one user, and is removed when that user's session ends. */
export function startSessionEndedPage(sync: SessionSync): void {
  let madeFor: number | undefined;
  /** The body at the end of the session or at the change of its user: a later one may be a snapshot from before. */
  let lastBody: HTMLElement | null = null;
  observePage(() => {
    if (!lastBody || !document.body || document.body === lastBody || !isPrivate()) return;
    // Once: a further call would begin the load again.
    lastBody = null;
    reload();
  });
  sync.on('sessionStateChanged', ({ user }) => {
    madeFor ??= user.id;
    const isOther = user.id !== madeFor;
    whenBody(() => {
      lastBody = isOther ? document.body : null;
      if (!isPrivate()) return;
      if (isOther) reload();
      // The user has returned, so the path is no longer needed.
      clearReturnPath();
    });
  });
  sync.on('sessionExpired', ({ reason }) => {
    // After a sign-out there is nothing to return to.
    if (reason === 'logout') clearReturnPath();
    whenBody(() => {
      lastBody = document.body;
      if (!isPrivate()) return;
      if (reason !== 'logout' && madeFor !== undefined) saveReturnPath(madeFor);
      endPage(reason);
    });
  });
}

/** URL of the sign-in page. */
export function loginPage(): string {
  return document.body.dataset.sessionRequired || '/login';
}

function isPrivate(): boolean {
  return document.body.hasAttribute('data-session-required');
}

/** The server then decides what is shown. Hides the page first: no data of one user may be visible to another. */
function reload(): void {
  document.documentElement.hidden = true;
  window.location.reload();
}

function endPage(reason: string): void {
  const address = new URL(loginPage(), document.baseURI);
  address.searchParams.set('reason', reason);
  if (document.readyState !== 'loading') return void showSessionEndedPage(reason, address);
  // The parser would go on inserting content.
  document.documentElement.hidden = true;
  window.location.replace(address.href);
}

function showSessionEndedPage(reason: string, address: URL): void {
  const fields = [...document.querySelectorAll<HTMLTextAreaElement>('[data-kept-draft]')];
  const hasDraft = fields.some(({ value }) => value.trim()) && reason !== 'logout';
  const message = document.createElement('main');
  message.id = 'session-ended';
  message.setAttribute('role', 'alert');
  const words = document.createElement('p');
  words.textContent = sessionEndMessage(reason);
  const link = document.createElement('a');
  // A user who was away reads the sign-in page, so that page mentions the draft as well.
  if (hasDraft) address.searchParams.set('draft', 'kept');
  link.href = address.href;
  link.textContent = 'Sign in';
  message.append(words);
  if (hasDraft) {
    const kept = document.createElement('p');
    kept.textContent = 'What you were writing is kept as a draft in this browser.';
    message.append(kept);
  }
  message.append(link);
  // Removed and not only hidden, so that the data is not in the document any more.
  document.body.replaceChildren(message);
  document.title = 'Signed out';
  window.setTimeout(() => window.location.replace(address.href), REDIRECT_DELAY_MS);
}
