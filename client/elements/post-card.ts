import { html, nothing, type TemplateResult } from 'lit';
import { type PostView, VISIBILITIES } from '../../src/protocol/http';
import { signInAtInstance } from './connect';
import { defineElement } from './define-element';
import { formatDateTime, formatRelativeTime, formatTimeUntil } from './format';
import { pinnedTo, VISIBILITY_NAMES } from './format-post';
import { icon } from './icon';
import { notifyUndoable } from './notify';
import './post-images';
import { statusBadge } from './post-status';
import { postText } from './post-text';
import { session } from './session';
import { SessionElement } from './session-element';

/** `<vf-post-card>`: a post with its text, its status and its actions. */
export class PostCard extends SessionElement {
  static override properties = { post: { attribute: false }, platformName: { attribute: false } };
  declare post: PostView;
  /** Shown in lists with posts of several platforms. */
  declare platformName: string | undefined;

  private editing = false;
  private discarding: { now(): void } | null = null;

  protected override disconnected(): void {
    this.discarding?.now();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { post, editing } = this;
    // A copy from a restored snapshot of the page has no post.
    if (!post) return nothing;
    const { id, platform_id, title, images, error, status } = post;
    return html`
      <article class="vf-card vf-post" data-post-id=${id} ?hidden=${this.discarding !== null}>
        ${title ? html`<h3 dir="auto">${title}</h3>` : nothing}
        ${editing ? this.editForm() : postText(post)}
        ${images.length > 0 ? html`<vf-post-images .images=${images} .platformId=${platform_id}></vf-post-images>` : nothing}
        ${this.foot()}
        ${error ? html`<p class=${status === 'failed' ? 'vf-error' : 'vf-hint'}>${error}</p>` : nothing}
        ${status === 'failed' && !editing ? this.choices() : nothing}
      </article>
    `;
  }

  private foot(): TemplateResult {
    const { status, url, created_at, next_attempt_at } = this.post;
    return html`
      <p class="vf-hint vf-post-foot">
        ${statusBadge(status)}
        ${this.platformName ? html`<bdi>${this.platformName}</bdi>` : nothing}
        ${
          status === 'queued' && next_attempt_at && Date.parse(next_attempt_at) > Date.now()
            ? html`<span>next try <time datetime=${next_attempt_at}>${formatTimeUntil(next_attempt_at)}</time></span>`
            : nothing
        }
        <time datetime=${created_at} title=${formatDateTime(created_at)}>${formatRelativeTime(created_at)}</time>
        ${
          isLink(url)
            ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${icon('external-link')} See it there</a>`
            : nothing
        }
      </p>
    `;
  }

  private choices(): TemplateResult {
    const { id, platform_id } = this.post;
    const platform = session.getState()?.platform;
    const retry = () => this.send('POST', `/api/posts/${id}/retry`);
    const account = platform?.id === platform_id && platform.needsReconnect ? platform : null;
    const reconnect = () =>
      account &&
      this.attempt(() =>
        signInAtInstance({ instance_url: account.instanceUrl, platform_type: account.type, name: account.name }),
      );
    return html`
      <p class="vf-actions">
        ${
          account
            ? html`<button type="button" class="vf-button" data-kind="primary" @click=${reconnect}>
                ${icon('log-in')} Reconnect ${account.name}
              </button>`
            : html`<button type="button" class="vf-button" @click=${retry}>${icon('refresh-cw')} Try again</button>`
        }
        <button type="button" class="vf-button" name="edit" @click=${() => this.edit(true)}>
          ${icon('pencil')} Edit and send again
        </button>
        <button type="button" class="vf-button" data-kind="danger" @click=${this.discard}>Discard</button>
      </p>
    `;
  }

  private editForm(): TemplateResult {
    const { id, content, spoiler_text, visibility } = this.post;
    const submitted = async (event: SubmitEvent): Promise<void> => {
      event.preventDefault();
      const fields = Object.fromEntries(new FormData(event.target as HTMLFormElement));
      if (await this.send('PUT', `/api/posts/${id}`, fields)) await this.edit(false);
    };
    return html`
      <form class="vf-post-edit" name="edit-post" aria-label="Edit the post" @submit=${submitted} @keydown=${this.escape}>
        <div class="vf-field">
          <label for="vf-edit-${id}">Text</label>
          <textarea class="vf-input" id="vf-edit-${id}" name="content" rows="4" dir="auto" .defaultValue=${content}></textarea>
        </div>
        <div class="vf-field">
          <label for="vf-edit-${id}-warning">Content warning (optional)</label>
          <input
            class="vf-input" id="vf-edit-${id}-warning" name="spoiler_text" autocomplete="off" dir="auto"
            .defaultValue=${spoiler_text ?? ''}
          />
        </div>
        <div class="vf-field">
          <label for="vf-edit-${id}-visibility">Who can see it</label>
          <select class="vf-input" id="vf-edit-${id}-visibility" name="visibility">
            ${VISIBILITIES.map(
              (code) => html`<option value=${code} ?selected=${code === visibility}>${VISIBILITY_NAMES[code]}</option>`,
            )}
          </select>
        </div>
        <p class="vf-actions">
          <button type="submit" class="vf-button" data-kind="primary">${icon('send')} Send again</button>
          <button type="button" class="vf-button" @click=${() => this.edit(false)}>Cancel</button>
        </p>
      </form>
    `;
  }

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.isComposing) void this.edit(false);
  };

  /** Opens or closes the form: the focus moves into it, and back to the button that opened it. */
  private async edit(editing: boolean): Promise<void> {
    this.editing = editing;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>(editing ? '[name="edit-post"] textarea' : '[name="edit"]')?.focus();
  }

  private readonly discard = (): void => {
    const { id } = this.post;
    const show = () => {
      this.discarding = null;
      this.requestUpdate();
    };
    const act = async () => {
      if (!(await this.send('DELETE', `/api/posts/${id}`))) show();
    };
    this.discarding = notifyUndoable('The post was discarded.', () => void act(), show);
    this.requestUpdate();
  };

  /** Sends a request for the platform of the post, whichever is active. */
  private send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<boolean> {
    const { post } = this;
    return this.attempt(async () => {
      const answer = await session.request<PostView | undefined>(method, path, {
        body,
        headers: pinnedTo(post.platform_id),
      });
      // An event during the request is newer than its response.
      if (answer && this.post === post) {
        this.dispatchEvent(new CustomEvent<PostView>('vf-post-changed', { detail: answer, bubbles: true }));
      }
    });
  }
}

/** A URL from outside must only link to a web page. */
function isLink(url: string | null): url is string {
  return url !== null && /^https?:\/\//.test(url);
}

defineElement('vf-post-card', PostCard);

declare global {
  interface HTMLElementTagNameMap {
    'vf-post-card': PostCard;
  }
}
