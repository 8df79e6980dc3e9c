import { html, type TemplateResult } from 'lit';
import { type PostView, VISIBILITIES } from '../../../src/protocol/http';
import { defineElement } from '../define-element';
import { VISIBILITY_NAMES } from '../format-post';
import { icon } from '../icon';
import { session } from '../session';
import { SessionElement } from '../session-element';
import type { DraftPlace, PostText } from './draft-repository';
import { drafts } from './drafts';
import { FormDraft } from './form-draft';

export type EditedText = Pick<PostText, 'content' | 'spoiler_text' | 'visibility'>;

/** `<vf-post-edit>`: the form of a post that was not sent. What is written and not sent is kept as a draft. */
export class PostEdit extends SessionElement {
  static override properties = { post: { attribute: false } };
  declare post: PostView;
  /** @returns whether the server has accepted the text */
  declare save: (text: EditedText) => Promise<boolean>;
  declare close: () => void;

  /** Null while it is that of the post. */
  private written: EditedText | null = null;
  private readonly draft = new FormDraft({
    text: () => this.written ?? {},
    show: (text) => {
      this.written = text;
      this.requestUpdate();
    },
    idle: () => true,
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
    const { id } = this.post;
    const { content, spoiler_text, visibility } = this.text;
    return html`
      <form
        class="vf-post-edit" name="edit-post" aria-label="Edit the post"
        @submit=${this.submitted} @keydown=${this.escape} @input=${this.changed}
      >
        <div class="vf-field">
          <label for="vf-edit-${id}">Text</label>
          <textarea
            class="vf-input" id="vf-edit-${id}" name="content" rows="4" dir="auto"
            ?data-kept-draft=${this.written !== null} .value=${content}
          ></textarea>
        </div>
        <div class="vf-field">
          <label for="vf-edit-${id}-warning">Content warning (optional)</label>
          <input
            class="vf-input" id="vf-edit-${id}-warning" name="spoiler_text" autocomplete="off" dir="auto"
            .value=${spoiler_text}
          />
        </div>
        <div class="vf-field">
          <label for="vf-edit-${id}-visibility">Who can see it</label>
          <select class="vf-input" id="vf-edit-${id}-visibility" name="visibility">
            ${VISIBILITIES.map(
              (code) => html`<option value=${code} .selected=${code === visibility}>${VISIBILITY_NAMES[code]}</option>`,
            )}
          </select>
        </div>
        ${this.draft.others()}
        <p class="vf-actions">
          <button type="submit" class="vf-button" data-kind="primary">${icon('send')} Send again</button>
          <button type="button" class="vf-button" @click=${this.cancel}>Cancel</button>
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

  private readonly submitted = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { content, spoiler_text, visibility } = this.text;
    if (!(await this.save({ content, spoiler_text, visibility }))) return;
    this.draft.sent();
    this.close();
  };

  private readonly cancel = (): void => {
    this.draft.cancel();
    this.close();
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.isComposing) this.close();
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

declare global {
  interface HTMLElementTagNameMap {
    'vf-post-edit': PostEdit;
  }
}
