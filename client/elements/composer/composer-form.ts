import { html, nothing, type TemplateResult } from 'lit';
import { hueOf } from '../../../src/protocol/avatar';
import { type MediaLimitsView, type PlatformType, VISIBILITIES } from '../../../src/protocol/http';
import { avatar } from '../avatar';
import { formatHandle } from '../format';
import { VISIBILITY_NAMES } from '../format-post';
import { icon } from '../icon';
import { session } from '../session';
import { submitKeys } from '../submit-keys';
import { composerNews } from './composer-news';
import { COUNTER_ID, counter } from './counter';
import type { DraftEditor } from './draft-editor';
import { draftList } from './draft-list';
import { languageChoices } from './languages';
import { addMediaButton, mediaTiles } from './media-tiles';
import type { Platform } from './post-target';
import { characterLimit, charactersLeft, type ErrorField } from './post-validation';
import { preview } from './preview';

export const TEXT_ID = 'vf-composer-text';
export const WARNING_ID = 'vf-composer-spoiler_text';

const PLACEHOLDERS: Record<PlatformType, (limit: number) => string> = {
  mastodon: (limit) => `What's happening? (${limit} characters max)`,
  pixelfed: () => 'Describe your photo...',
};
/** What a composer shows, and the actions of its user. */
export interface ComposerView {
  platform: Platform;
  /** `undefined`: there is nothing to decide. */
  movedTo: Platform | null | undefined;
  editor: DraftEditor;
  limits: MediaLimitsView | null;
  /** The active platform, if the user has kept the composer on another one. */
  keptFrom: Platform | null | undefined;
  previewing: boolean;
  /** The content warning field is shown. */
  warned: boolean;
  /** Why the post was not sent, by field. */
  errors: Partial<Record<ErrorField, string>>;
  sending: boolean;
  /** There is no response yet, and the same request is sent again. */
  retrying: boolean;
  act: {
    keep(): void;
    move(): void;
    release(): void;
    reconnect(): void;
    discard(): void;
    send(): void;
    preview(): void;
    warn(): void;
    typed(): void;
    add(files: File[]): void;
    order(from: number, to: number): void;
  };
}

export function composerForm(view: ComposerView): TemplateResult {
  const { platform, editor, previewing, sending, errors, warned, act } = view;
  const { text, media } = editor;
  const left = charactersLeft(platform, text);
  return html`
    <form
      class="vf-composer"
      novalidate
      data-hue=${hueOf(platform.id)}
      data-previewing=${previewing}
      aria-label="Write a post"
      aria-busy=${sending}
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        act.send();
      }}
      @keydown=${(event: KeyboardEvent) => submitKeys(event, act.send)}
      @input=${({ target }: Event) => {
        const { name, value } = target as HTMLInputElement;
        if (name in text) editor.write({ [name]: value });
        act.typed();
      }}
      @dragover=${(event: DragEvent) => event.dataTransfer?.types.includes('Files') && event.preventDefault()}
      @drop=${(event: DragEvent) => take(event, event.dataTransfer, act.add)}
      @paste=${(event: ClipboardEvent) => {
        // Text copied from a document also contains a picture of the text, which must not be attached.
        if (!event.clipboardData?.types.includes('text/plain')) take(event, event.clipboardData, act.add);
      }}
    >
      <div>
        <p class="vf-composer-who">
          ${avatar(platform)}
          <span>
            Posting as <strong>${platform.name}</strong> <span class="vf-hint"><bdi>${formatHandle(platform.username, platform.instanceUrl ?? '')}</bdi></span>
            ${session.getState()?.tabPinned ? html`<span class="vf-badge">${icon('pin')} This tab only</span>` : nothing}
          </span>
        </p>
        <div role="status">${composerNews(view)}</div>
        ${sending ? nothing : draftList(editor.autosave, editor.hasContent)}
        <input type="hidden" name="platform_id" .value=${String(platform.id)} />
        <div class="vf-field">
          <label for=${TEXT_ID}>Text</label>
          <textarea
            class="vf-input"
            id=${TEXT_ID}
            name="content"
            ?data-kept-draft=${editor.kept !== 'nothing'}
            rows="6"
            dir="auto"
            placeholder=${PLACEHOLDERS[platform.type](characterLimit(platform))}
            aria-describedby="${COUNTER_ID} ${errorId('content')}"
            aria-invalid=${left < 0 || errors.content !== undefined}
            aria-keyshortcuts="Control+Enter"
            ?readonly=${sending}
            .value=${text.content}
          ></textarea>
          ${counter(left, characterLimit(platform))} ${errorAt('content', view)}
        </div>
        <p class="vf-actions vf-composer-tools">
          ${addMediaButton(view)}
          <button type="button" class="vf-button" aria-expanded=${warned} aria-controls=${WARNING_ID} @click=${act.warn}>
            ${icon('triangle-alert')} Content warning
          </button>
        </p>
        ${errorAt('media_ids', view)} ${warned ? line('spoiler_text', 'Content warning text', view) : nothing}
        ${mediaTiles(view)}
        <div class="vf-composer-choices">
          ${choices(
            'visibility',
            'Who can see it',
            VISIBILITIES.map((code) => [code, VISIBILITY_NAMES[code]]),
            view,
          )}
          ${choices('language', 'Language', languageChoices(text.language), view)}
          ${line('title', 'Title (optional)', view, 'For your own list; it is not sent.')}
        </div>
        <div class="vf-composer-bar">
          ${errorAt('form', view)}
          <p class="vf-actions">
            <button type="submit" class="vf-button" data-kind="primary" aria-disabled=${sending || left < 0}>
              ${icon(sending ? 'loader-circle' : 'send')} ${sending ? (view.retrying ? 'No answer yet, trying again…' : 'Posting…') : 'Post'}
            </button>
            <button type="button" class="vf-button" aria-expanded=${previewing} aria-controls="vf-preview" @click=${act.preview}>
              ${icon('eye')} Preview
            </button>
            ${editor.isSaved ? html`<span class="vf-hint vf-saved">${icon('check')} <span>Draft saved</span></span>` : nothing}
          </p>
        </div>
      </div>
      ${previewing ? preview(platform, text, media.items) : nothing}
    </form>
  `;
}

const errorId = (field: ErrorField): string => `vf-composer-${field}-error`;

function errorAt(field: ErrorField, { errors }: ComposerView): TemplateResult {
  return html`<div role="alert" id=${errorId(field)}>${
    errors[field] ? html`<p class="vf-error">${errors[field]}</p>` : nothing
  }</div>`;
}

function line(name: 'title' | 'spoiler_text', label: string, view: ComposerView, hint?: string): TemplateResult {
  const { editor, sending, errors } = view;
  const hintId = `vf-composer-${name}-hint`;
  return html`
    <div class="vf-field">
      <label for="vf-composer-${name}">${label}</label>
      <input
        class="vf-input"
        id="vf-composer-${name}"
        name=${name}
        autocomplete="off"
        dir="auto"
        aria-describedby="${hint ? hintId : ''} ${errorId(name)}"
        aria-invalid=${errors[name] !== undefined}
        ?readonly=${sending}
        .value=${editor.text[name]}
      />
      ${hint ? html`<p class="vf-hint" id=${hintId}>${hint}</p>` : nothing} ${errorAt(name, view)}
    </div>
  `;
}

function choices(
  name: 'visibility' | 'language',
  label: string,
  options: (readonly [string, string])[],
  view: ComposerView,
): TemplateResult {
  const chosen = view.editor.text[name];
  return html`
    <div class="vf-field">
      <label for="vf-composer-${name}">${label}</label>
      <select class="vf-input" id="vf-composer-${name}" name=${name} aria-describedby=${errorId(name)}>
        ${options.map(([value, words]) => html`<option value=${value} .selected=${value === chosen}>${words}</option>`)}
      </select>
      ${errorAt(name, view)}
    </div>
  `;
}

function take(event: Event, from: DataTransfer | null, add: (files: File[]) => void): void {
  const files = [...(from?.files ?? [])];
  if (files.length === 0) return;
  event.preventDefault();
  add(files);
}
