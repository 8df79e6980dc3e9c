import { html } from 'lit';
import { openDialog } from './dialog';

export interface Question {
  title: string;
  text: string;
  /** Label of the confirming button. */
  action: string;
  /** Label of the other button. */
  otherwise?: string;
}

/**
 * Asks before an action that cannot be undone. Esc and the other button answer false; the focus is restored
 * afterwards.
 */
export function confirm({ title, text, action, otherwise = 'Cancel' }: Question): Promise<boolean> {
  const dialog = openDialog(
    'vf-confirm-title',
    html`
      <h2 id="vf-confirm-title">${title}</h2>
      <p id="vf-confirm-text">${text}</p>
      <form method="dialog" class="vf-actions">
        <button class="vf-button" value="" autofocus>${otherwise}</button>
        <button class="vf-button" data-kind="danger" value="yes">${action}</button>
      </form>
    `,
  );
  dialog.setAttribute('role', 'alertdialog');
  dialog.setAttribute('aria-describedby', 'vf-confirm-text');
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      dialog.close();
      resolve(yes);
    };
    // At once, not on the browser's `close` event: the next key press may come before it.
    dialog.addEventListener('submit', (event) => {
      event.preventDefault();
      answer((event.submitter as HTMLButtonElement).value === 'yes');
    });
    dialog.addEventListener('close', () => answer(false));
  });
}
