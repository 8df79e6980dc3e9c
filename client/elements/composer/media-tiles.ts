import { html, nothing, type TemplateResult } from 'lit';
import { acceptedTypes, descriptionLength, maxDescriptionLength } from '../../../src/protocol/media';
import { messageOf } from '../error-messages';
import { icon } from '../icon';
import type { ComposerView } from './composer-form';
import type { Attachment } from './media-list';

/** Type of the drag data: the current index of the tile. */
const DRAGGED = 'application/x-vf-tile';

export const altId = (index: number): string => `vf-alt-${index}`;

/** The files of a post in order, each with its description and its upload status. */
export function mediaTiles(view: ComposerView): TemplateResult {
  return html`
    <ul class="vf-tiles" aria-label="Attached files">${view.editor.media.items.map((item, index) => tile(view, item, index))}</ul>
  `;
}

export function addMediaButton({ limits, sending, act }: ComposerView): TemplateResult {
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    act.add([...(input.files ?? [])]);
    // Allows the same file to be selected again after it was removed.
    input.value = '';
  };
  const open = (event: Event): void =>
    (event.currentTarget as HTMLElement).parentElement?.querySelector('input')?.click();
  return html`
    <span>
      <input type="file" hidden multiple accept=${acceptedTypes(limits).join()} @change=${chosen} />
      <button type="button" class="vf-button" data-add-media ?disabled=${sending} @click=${open}>
        ${icon('image-plus')} Add images
      </button>
    </span>
  `;
}

function tile(view: ComposerView, item: Attachment, index: number): TemplateResult {
  const { editor, limits, sending, act } = view;
  const { file, url, altText, state } = item;
  const id = altId(index);
  const remove = (event: Event): void => {
    // The button is removed with its tile.
    (event.currentTarget as HTMLElement).closest('form')?.querySelector<HTMLElement>('[data-add-media]')?.focus();
    editor.changeMedia((media) => media.remove(item));
  };
  const [length, limit] = [descriptionLength(altText), maxDescriptionLength(limits)];
  return html`
    <li
      class="vf-tile" data-state=${state}
      @dragover=${(event: DragEvent) => event.dataTransfer?.types.includes(DRAGGED) && event.preventDefault()}
      @drop=${({ dataTransfer }: DragEvent) => {
        const from = dataTransfer?.getData(DRAGGED);
        if (from) act.order(Number(from), index);
      }}
    >
      <span
        class="vf-thumb" draggable="true"
        @dragstart=${({ dataTransfer }: DragEvent) => dataTransfer?.setData(DRAGGED, String(index))}
        >${url ? html`<img src=${url} alt="" draggable="false" />` : icon('image')}</span
      >
      <div class="vf-tile-text">
        <p class="vf-tile-name">${file.name}</p>
        ${progressOf(item)}
        <div role="alert">
          ${
            state === 'failed'
              ? html`<p class="vf-error">Not uploaded. ${messageOf(item.problem)}</p>
                  <button type="button" class="vf-button" @click=${() => editor.media.retry(item)}>
                    ${icon('refresh-cw')} Upload again
                  </button>`
              : nothing
          }
        </div>
        <label for=${id}>Description<span class="vf-hidden"> of ${file.name}</span></label>
        <textarea
          class="vf-input"
          id=${id}
          rows="4"
          dir="auto"
          aria-describedby="${id}-count"
          aria-invalid=${length > limit}
          ?readonly=${sending}
          .value=${altText}
          @input=${({ target }: Event) =>
            editor.changeMedia((media) => media.describe(item, (target as HTMLTextAreaElement).value))}
        ></textarea>
        <p class="vf-hint" id="${id}-count">${length} of ${limit} characters</p>
      </div>
      <div class="vf-tile-buttons">
        ${moveButton(view, index, -1)} ${moveButton(view, index, 1)}
        <button
          type="button"
          class="vf-button"
          data-kind="quiet"
          aria-label="Remove ${file.name}"
          ?disabled=${sending}
          @click=${remove}
        >
          ${icon('x')}
        </button>
      </div>
    </li>
  `;
}

function moveButton(
  { editor, sending, act }: ComposerView,
  index: number,
  by: 1 | -1,
): TemplateResult | typeof nothing {
  const { items } = editor.media;
  if (items.length < 2) return nothing;
  const [words, picture] = by < 0 ? (['up', 'chevron-up'] as const) : (['down', 'chevron-down'] as const);
  return html`
    <button
      type="button"
      class="vf-button"
      data-kind="quiet"
      data-move="${index} ${by}"
      aria-label="Move ${items[index]?.file.name} ${words}"
      ?disabled=${sending || !items[index + by]}
      @click=${() => act.order(index, index + by)}
    >
      ${icon(picture)}
    </button>
  `;
}

function progressOf({ state, file, progress }: Attachment): TemplateResult | typeof nothing {
  if (state === 'waiting') return html`<p class="vf-hint">Waiting to be uploaded</p>`;
  if (state !== 'uploading') return nothing;
  return html`<progress aria-label="Uploading ${file.name}" max="1" value=${progress}></progress>`;
}
