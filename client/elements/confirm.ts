import { html, render } from 'lit';

export interface Question {
  title: string;
  text: string;
  /** The word on the button that does it. */
  action: string;
  /** The word on the other one. */
  otherwise?: string;
}

/** Asks before something that cannot be undone. Esc and the other button answer false; focus returns whence it came. */
export function confirm({ title, text, action, otherwise = 'Cancel' }: Question): Promise<boolean> {
  const dialog = document.createElement('dialog');
  dialog.className = 'vf-dialog';
  dialog.setAttribute('role', 'alertdialog');
  dialog.setAttribute('aria-labelledby', 'vf-confirm-title');
  dialog.setAttribute('aria-describedby', 'vf-confirm-text');
  render(
    html`
      <h2 id="vf-confirm-title">${title}</h2>
      <p id="vf-confirm-text">${text}</p>
      <form method="dialog" class="vf-actions">
        <button class="vf-button" value="" autofocus>${otherwise}</button>
        <button class="vf-button" data-kind="danger" value="yes">${action}</button>
      </form>
    `,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      dialog.close();
      dialog.remove();
      resolve(yes);
    };
    // At once, not when the browser tells that it is closed: the next key may be there before.
    dialog.addEventListener('submit', (event) => {
      event.preventDefault();
      answer((event.submitter as HTMLButtonElement).value === 'yes');
    });
    dialog.addEventListener('close', () => answer(false));
  });
}
