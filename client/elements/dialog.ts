import { render, type TemplateResult } from 'lit';

/** Opens a modal dialog with a heading of this id, and removes it when it is closed. */
export function openDialog(titleId: string, content: TemplateResult): HTMLDialogElement {
  const dialog = document.createElement('dialog');
  dialog.className = 'vf-dialog';
  dialog.setAttribute('aria-labelledby', titleId);
  dialog.addEventListener('close', () => dialog.remove());
  render(content, dialog);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
