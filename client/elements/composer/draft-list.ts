import { html, nothing, type TemplateResult } from 'lit';
import { formatRelativeTime } from '../format';
import { icon } from '../icon';
import { notify } from '../notify';
import type { DraftAutosave } from './draft-autosave';
import type { Draft } from './draft-repository';

/** The other drafts for this platform, and a button for a new one. */
export function draftList(autosave: DraftAutosave, written: boolean): TemplateResult | typeof nothing {
  const { others } = autosave;
  const another = written
    ? html`<button type="button" class="vf-button" data-kind="quiet" @click=${() => autosave.switchTo(null)}>
        ${icon('plus')} Another draft
      </button>`
    : nothing;
  if (others.length === 0) return written ? html`<p class="vf-drafts">${another}</p>` : nothing;
  return html`
    <details class="vf-drafts">
      <summary>${others.length === 1 ? 'One more draft' : `${others.length} more drafts`}</summary>
      <ul>${others.map((draft) => row(autosave, draft))}</ul>
      ${another}
    </details>
  `;
}

function row(autosave: DraftAutosave, draft: Draft): TemplateResult {
  const { text, files, savedAt } = draft;
  const words = [text.content, text.title, text.spoiler_text].find((each) => each.trim() !== '');
  const said = (words ?? files[0]?.file.name ?? '').trim().slice(0, 80);
  const discard = () => notify('Draft discarded.', 'info', { action: { label: 'Undo', run: autosave.discard(draft) } });
  return html`
    <li>
      <button type="button" class="vf-button" data-kind="quiet" @click=${() => autosave.switchTo(draft)}>
        <span><bdi>${said}</bdi> <span class="vf-hint">${formatRelativeTime(savedAt)}${files.length > 0 ? ` · ${files.length} files` : ''}</span></span>
      </button>
      <button type="button" class="vf-button" data-kind="quiet" aria-label="Discard the draft ${said}" @click=${discard}>
        ${icon('trash-2')}
      </button>
    </li>
  `;
}
