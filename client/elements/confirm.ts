import { html, render } from 'lit';

export interface Question {
  title: string;
  text: string;
  /** The word on the button that does it. */
  action: string;
}

/** Asks before something that cannot be undone. Esc and "Cancel" answer false; focus returns whence it came. */
export function confirm({ title, text, action }: Question): Promise<boolean> {
  const dialog = document.createElement('dialog');
  dialog.setAttribute('role', 'alertdialog');
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  dialog.setAttribute('aria-describedby', 'confirm-text');
  render(
    html`
      <h2 id="confirm-title">${title}</h2>
      <p id="confirm-text">${text}</p>
      <form method="dialog" class="actions">
        <button value="" autofocus>Cancel</button>
        <button value="yes" class="danger">${action}</button>
      </form>
    `,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
