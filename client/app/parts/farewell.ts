import { farewellWords } from '../../../src/protocol/end-reasons';
import { on } from '../../elements/session';

/** Long enough to read one line. */
const READ_MS = 1_500;

/** When the session is over, nothing of it stays on the screen. */
export function sayFarewell(): void {
  on('sessionExpired', ({ reason }) => {
    const message = document.createElement('main');
    message.id = 'farewell';
    message.setAttribute('role', 'alert');
    const words = document.createElement('p');
    words.textContent = farewellWords(reason);
    const link = document.createElement('a');
    link.href = `/login?reason=${encodeURIComponent(reason)}`;
    link.textContent = 'Sign in';
    message.append(words, link);
    // Taken out, not only hidden: "nothing left" must hold for whoever looks into the page too.
    document.body.replaceChildren(message);
    document.title = 'Signed out – Vedfolnir';
    window.setTimeout(() => window.location.replace(link.href), READ_MS);
  });
}
