import { hasSingleKeys } from './single-keys';

/** A separate file: the help is rarely opened. */
const HELP = '/client/keyboard-help.mjs';
const WRITE = '/create_post';
/** Elements in which a letter is text or selects an option. */
const EDITABLE = 'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="listbox"]';

/** `?` opens the keyboard help, `n` starts a post: neither while the user is typing, and both can be turned off. */
export function startShortcuts(): void {
  window.addEventListener('keydown', (event) => {
    const { key, target, altKey, ctrlKey, metaKey, isComposing } = event;
    if (altKey || ctrlKey || metaKey || isComposing || event.defaultPrevented || !hasSingleKeys()) return;
    if ((target as Element).closest?.(EDITABLE) || document.querySelector('dialog[open]')) return;
    if (key !== '?' && key !== 'n') return;
    event.preventDefault();
    if (key === '?') void showHelp();
    else write();
  });
  for (const button of document.querySelectorAll('[data-keyboard-help]')) {
    button.addEventListener('click', () => void showHelp());
  }
}

function write(): void {
  const field = document.querySelector<HTMLElement>('vf-composer [name="content"]');
  if (field) field.focus();
  else if (document.querySelector(`a[href="${WRITE}"]`)) window.location.assign(WRITE);
}

async function showHelp(): Promise<void> {
  const help: typeof import('./keyboard-help') = await import(/* @vite-ignore */ HELP);
  help.showKeyboardHelp();
}
