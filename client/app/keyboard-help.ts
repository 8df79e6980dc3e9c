import { html } from 'lit';
import { openDialog } from '../elements/dialog';
import { hasSingleKeys, setSingleKeys } from './single-keys';

const KEYS: [keys: string[], what: string][] = [
  [['?'], 'Show this list'],
  [['n'], 'Write a post'],
  [['Alt', 'P'], 'Choose the active platform'],
  [['Ctrl', 'Enter'], 'Send the post; on the page of images, save the description and go on'],
  [['Esc'], 'Close what is open'],
];

/** Lists the keyboard shortcuts in a dialog, where those without a modifier can be turned off (WCAG 2.1.4). */
export function showKeyboardHelp(): void {
  const chosen = ({ target }: Event) => setSingleKeys((target as HTMLInputElement).checked);
  openDialog(
    'keyboard-title',
    html`
      <h2 id="keyboard-title">Keyboard</h2>
      <dl class="keys">
        ${KEYS.map(
          ([keys, what]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${what}</dd></div>`,
        )}
      </dl>
      <label class="keys-choice">
        <input type="checkbox" .checked=${hasSingleKeys()} @change=${chosen} /> Single keys such as <kbd>n</kbd> are on
      </label>
      <form method="dialog" class="vf-actions"><button class="vf-button" data-kind="primary">Close</button></form>
    `,
  );
}
