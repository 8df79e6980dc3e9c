import { html, nothing, type TemplateResult } from 'lit';
import { hueOf } from '../../../src/protocol/avatar';
import { type MediaLimitsView, type PlatformType, VISIBILITIES } from '../../../src/protocol/http';
import { avatar } from '../avatar';
import { VISIBILITY_NAMES } from '../format-post';
import { icon } from '../icon';
import { session } from '../session';
import { composerNews } from './composer-news';
import { COUNTER_ID, counter } from './counter';
import type { DraftEditor } from './draft-editor';
import { draftList } from './draft-list';
import { languageChoices } from './languages';
import { mediaTiles } from './media-tiles';
import type { Platform } from './post-target';
import { characterLimit, charactersLeft } from './post-validation';
import { handle, preview } from './preview';

export const TEXT_ID = 'vf-composer-text';

const PLACEHOLDERS: Record<PlatformType, (limit: number) => string> = {
  mastodon: (limit) => `What's happening? (${limit} characters max)`,
  pixelfed: () => 'Describe your photo...',
};
/** What a composer shows, and what it does for the person. */
export interface ComposerView {
  platform: Platform;
  /** `undefined` when there is nothing to decide. */
  movedTo: Platform | null | undefined;
  editor: DraftEditor;
  limits: MediaLimitsView | null;
  /** Where the session is, when the composer stays elsewhere because the person has said so. */
  keptFrom: Platform | null | undefined;
  previewing: boolean;
  sending: boolean;
  /** No answer has come yet, and the same is sent again. */
  retrying: boolean;
  act: {
    keep(): void;
    move(): void;
    release(): void;
    reconnect(): void;
    discard(): void;
    send(): void;
    preview(): void;
    add(files: File[]): void;
  };
}

export function composerForm(view: ComposerView): TemplateResult {
  const { platform, editor, previewing, sending, act } = view;
  const { text, media } = editor;
  const left = charactersLeft(platform, text);
  return html`
    <form
      class="vf-composer"
      novalidate
      data-hue=${hueOf(platform.id)}
      aria-label="Write a post"
      aria-busy=${sending}
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        act.send();
      }}
      @keydown=${(event: KeyboardEvent) => {
        // 229: Safari's Enter that ends a composition.
        if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return;
        const isShortcut = event.ctrlKey || event.metaKey;
        // A browser sends a form by Enter in any of its lines: half a post would be out.
        if (isShortcut || event.target instanceof HTMLInputElement) event.preventDefault();
        if (isShortcut && !event.repeat) act.send();
      }}
      @input=${({ target }: Event) => {
        const { name, value } = target as HTMLInputElement;
        if (name in text) editor.write({ [name]: value });
      }}
      @dragover=${(event: DragEvent) => event.dataTransfer?.types.includes('Files') && event.preventDefault()}
      @drop=${(event: DragEvent) => take(event, event.dataTransfer, act.add)}
      @paste=${(event: ClipboardEvent) => {
        // What is copied from a document is words with a picture of them.
        if (!event.clipboardData?.types.includes('text/plain')) take(event, event.clipboardData, act.add);
      }}
    >
      <p class="vf-composer-who">
        ${avatar(platform)}
        <span>
          Posting as <strong>${platform.name}</strong> <span class="vf-hint"><bdi>${handle(platform)}</bdi></span>
          ${session.getState()?.tabPinned ? html`<span class="vf-badge">${icon('pin')} This tab only</span>` : nothing}
        </span>
      </p>
      <div role="status">${composerNews(view)}</div>
      ${draftList(editor.autosave, editor.hasContent)}
      <input type="hidden" name="platform_id" .value=${String(platform.id)} />
      <div class="vf-field">
        <label for=${TEXT_ID}>Text</label>
        <textarea
          class="vf-input"
          id=${TEXT_ID}
          name="content"
          rows="5"
          dir="auto"
          placeholder=${PLACEHOLDERS[platform.type](characterLimit(platform))}
          aria-describedby=${COUNTER_ID}
          aria-invalid=${left < 0}
          aria-keyshortcuts="Control+Enter"
          ?readonly=${sending}
          .value=${text.content}
        ></textarea>
        ${counter(left, characterLimit(platform))}
      </div>
      ${mediaTiles(view)}
      ${line('spoiler_text', 'Content warning (optional)', view)}
      <div class="vf-composer-choices">
        ${choices(
          'visibility',
          'Who can see it',
          VISIBILITIES.map((code) => [code, VISIBILITY_NAMES[code]]),
          text.visibility,
        )}
        ${choices('language', 'Language', languageChoices(text.language), text.language)}
      </div>
      ${line('title', 'Title (optional)', view, 'For your own list; it is not sent.')}
      <p class="vf-actions">
        <button type="submit" class="vf-button" data-kind="primary" aria-disabled=${sending || left < 0}>
          ${icon(sending ? 'loader-circle' : 'send')} ${sending ? (view.retrying ? 'No answer yet, trying again…' : 'Posting…') : 'Post'}
        </button>
        <button type="button" class="vf-button" aria-expanded=${previewing} aria-controls="vf-preview" @click=${act.preview}>
          ${icon('eye')} Preview
        </button>
      </p>
      ${previewing ? preview(platform, text, media.items) : nothing}
    </form>
  `;
}

function line(
  name: 'title' | 'spoiler_text',
  label: string,
  { editor, sending }: ComposerView,
  hint?: string,
): TemplateResult {
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
        aria-describedby=${hint ? hintId : nothing}
        ?readonly=${sending}
        .value=${editor.text[name]}
      />
      ${hint ? html`<p class="vf-hint" id=${hintId}>${hint}</p>` : nothing}
    </div>
  `;
}

function choices(name: string, label: string, options: (readonly [string, string])[], chosen: string): TemplateResult {
  return html`
    <div class="vf-field">
      <label for="vf-composer-${name}">${label}</label>
      <select class="vf-input" id="vf-composer-${name}" name=${name}>
        ${options.map(([value, words]) => html`<option value=${value} .selected=${value === chosen}>${words}</option>`)}
      </select>
    </div>
  `;
}

function take(event: Event, from: DataTransfer | null, add: (files: File[]) => void): void {
  const files = [...(from?.files ?? [])];
  if (files.length === 0) return;
  event.preventDefault();
  add(files);
}
