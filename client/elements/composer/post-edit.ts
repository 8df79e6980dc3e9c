import { html, nothing, type TemplateResult } from 'lit';
import { type PostView, VISIBILITIES } from '../../../src/protocol/http';
import { defineElement } from '../define-element';
import { fieldErrors, isSessionOverError, messageOf } from '../error-messages';
import { VISIBILITY_NAMES } from '../format-post';
import { icon } from '../icon';
import { notify } from '../notify';
import { session } from '../session';
import { SessionElement } from '../session-element';
import { submitKeys } from '../submit-keys';
import type { DraftPlace, PostText } from './draft-repository';
import { drafts } from './drafts';
import { FormDraft } from './form-draft';

export type EditedText = Pick<PostText, 'content' | 'spoiler_text' | 'visibility'>;

/** `<vf-post-edit>`: the form of a post that was not sent. What is written and not sent is kept as a draft. */
export class PostEdit extends SessionElement {
  static override properties = { post: { attribute: false } };
  declare post: PostView;
  /** @throws ApiError */
  declare save: (text: EditedText) => Promise<void>;
  declare close: () => void;

  /** Null while it is that of the post. */
  private written: EditedText | null = null;
  private errors: Record<string, string> = {};
  private sending = false;
  private readonly draft = new FormDraft({
    text: () => this.written ?? {},
    show: (text) => {
      this.written = text;
      this.requestUpdate();
    },
    idle: () => !this.sending,
    draw: () => this.requestUpdate(),
  });

  protected override begin(): void {
    const place = placeOf(this.post.id);
    if (place) this.draft.open(place);
  }

  protected override firstUpdated(): void {
    this.querySelector('textarea')?.focus();
  }

  protected override disconnected(): void {
    this.draft.close();
  }

  protected override forget(): void {
    this.draft.close();
    this.written = null;
  }

  protected override render(): TemplateResult {
    const { errors, post } = this;
    const { id } = post;
    const { content, spoiler_text, visibility } = this.text;
    return html`
      <form
        class="vf-post-edit" name="edit-post" aria-label="Edit the post"
        novalidate aria-busy=${this.sending} @submit=${this.submitted} @keydown=${this.pressed} @input=${this.changed}
      >
        <div class="vf-field">
          <label for="vf-edit-${id}">Text</label>
          <textarea
            class="vf-input" id="vf-edit-${id}" name="content" rows="4" dir="auto"
            ?readonly=${this.sending} aria-invalid=${'content' in errors} aria-describedby="vf-edit-${id}-content-error"
            ?data-kept-draft=${this.written !== null && !this.draft.isRefused} .value=${content}
          ></textarea>
          ${this.error('content')}
        </div>
        <div class="vf-field">
          <label for="vf-edit-${id}-warning">Content warning (optional)</label>
          <input
            class="vf-input" id="vf-edit-${id}-warning" name="spoiler_text" autocomplete="off" dir="auto"
            ?readonly=${this.sending} aria-invalid=${'spoiler_text' in errors}
            aria-describedby="vf-edit-${id}-spoiler_text-error" .value=${spoiler_text}
          />
          ${this.error('spoiler_text')}
        </div>
        <div class="vf-field">
          <label for="vf-edit-${id}-visibility">Who can see it</label>
          <select
            class="vf-input" id="vf-edit-${id}-visibility" name="visibility" ?disabled=${this.sending}
            aria-invalid=${'visibility' in errors} aria-describedby="vf-edit-${id}-visibility-error"
          >
            ${VISIBILITIES.map(
              (code) => html`<option value=${code} .selected=${code === visibility}>${VISIBILITY_NAMES[code]}</option>`,
            )}
          </select>
          ${this.error('visibility')}
        </div>
        ${this.draft.others()}
        <p class="vf-actions">
          <button type="submit" class="vf-button" data-kind="primary" aria-disabled=${this.sending}>
            ${icon('send')} Send again
          </button>
          <button type="button" class="vf-button" aria-disabled=${this.sending} @click=${this.cancel}>Cancel</button>
        </p>
      </form>
    `;
  }

  private get text(): EditedText {
    const { content, spoiler_text, visibility } = this.post;
    return this.written ?? { content, spoiler_text: spoiler_text ?? '', visibility };
  }

  private readonly changed = (event: Event): void => {
    const { name, value } = event.target as HTMLInputElement;
    this.written = { ...this.text, [name]: value };
    this.draft.changed();
    this.requestUpdate();
  };

  private error(field: string): TemplateResult | typeof nothing {
    const words = this.errors[field];
    return words ? html`<p class="vf-error" id="vf-edit-${this.post.id}-${field}-error">${words}</p>` : nothing;
  }

  private readonly submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.send();
  };

  private async send(): Promise<void> {
    if (this.sending) return;
    const { content, spoiler_text, visibility } = this.text;
    this.sending = true;
    this.errors = {};
    this.requestUpdate();
    try {
      await this.save({ content, spoiler_text, visibility });
      this.draft.finish();
      this.close();
    } catch (error) {
      if (!isSessionOverError(error)) await this.refuse(error);
    } finally {
      this.sending = false;
      this.requestUpdate();
    }
  }

  /** Shows errors at their fields, and those that are about none at the text. */
  private async refuse(error: unknown): Promise<void> {
    const { content, spoiler_text, visibility, ...others } = fieldErrors(error);
    const [first] = Object.values(others);
    const all = { content: content ?? first, spoiler_text, visibility };
    const known = Object.entries(all).filter((each): each is [string, string] => each[1] !== undefined);
    this.errors = known.length > 0 ? Object.fromEntries(known) : { content: messageOf(error) };
    this.sending = false;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  private readonly cancel = (): void => {
    if (this.sending) return;
    const undo = this.draft.finish();
    if (undo) notify('The draft was discarded.', 'info', { action: { label: 'Undo', run: undo } });
    this.close();
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.isComposing && !this.sending) this.close();
    else submitKeys(event, () => void this.send());
  };
}

/** Each post has its own drafts. Null if nobody is signed in. */
function placeOf(postId: number): DraftPlace | null {
  const user = session.getState()?.user;
  return user ? { userId: user.id, platformId: `post ${postId}` } : null;
}

/** The post was discarded. */
export async function removeDrafts(postId: number): Promise<void> {
  const place = placeOf(postId);
  if (place) await drafts.clear(place);
}

defineElement('vf-post-edit', PostEdit);
