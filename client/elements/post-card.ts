import { html, nothing, type TemplateResult } from 'lit';
import type { PostView } from '../../src/protocol/http';
import type { EditedText } from './composer/post-edit';
import { signInAtInstance } from './connect';
import { defineElement } from './define-element';
import { formatDateTime, formatRelativeTime, formatTimeUntil } from './format';
import { pinnedTo } from './format-post';
import { icon } from './icon';
import { notifyUndoable } from './notify';
import './post-images';
import { statusBadge } from './post-status';
import { postLink, postText } from './post-text';
import { session } from './session';
import { SessionElement } from './session-element';

const POST_EDIT = '/client/post-edit.mjs';

/** A separate file, loaded on demand: few posts fail. */
function loadPostEdit(): Promise<typeof import('./composer/post-edit')> {
  return import(/* @vite-ignore */ POST_EDIT);
}

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
      <article class="vf-card vf-post" tabindex="-1" data-post-id=${id} ?hidden=${this.discarding !== null}>
        ${title ? html`<h3 dir="auto">${title}</h3>` : nothing}
        ${
          editing
            ? html`<vf-post-edit .post=${post} .save=${this.save} .close=${this.closeForm}></vf-post-edit>`
            : postText(post)
        }
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
        ${postLink(url)}
      </p>
    `;
  }

  private choices(): TemplateResult {
    const { id, platform_id } = this.post;
    const platform = session.getState()?.platform;
    const retry = async () => (await this.send('POST', `/api/posts/${id}/retry`)) && !this.editing && this.closeForm();
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
        <button type="button" class="vf-button" name="edit" @click=${this.edit}>
          ${icon('pencil')} Edit and send again
        </button>
        <button type="button" class="vf-button" data-kind="danger" @click=${this.discard}>Discard</button>
      </p>
    `;
  }

  private readonly edit = async (): Promise<void> => {
    this.editing = await this.attempt(loadPostEdit);
    this.requestUpdate();
  };

  private readonly save = (text: EditedText) => this.request('PUT', `/api/posts/${this.post.id}`, text);

  private readonly closeForm = async (): Promise<void> => {
    this.editing = false;
    this.requestUpdate();
    await this.updateComplete;
    (this.querySelector<HTMLElement>('[name="edit"]') ?? this.querySelector('article'))?.focus();
  };

  private readonly discard = (): void => {
    const { id } = this.post;
    const show = () => {
      this.discarding = null;
      this.requestUpdate();
    };
    const act = async () => {
      // The post was sent again, here or elsewhere, before the undo time was over.
      if (this.post.status !== 'failed') show();
      else if (!(await this.send('DELETE', `/api/posts/${id}`))) show();
      else await (await loadPostEdit()).removeDrafts(id);
    };
    this.discarding = notifyUndoable(
      'The post was discarded.',
      () => void act(),
      () => {
        show();
        void this.closeForm();
      },
    );
    this.requestUpdate();
  };

  /** Sends a request for the platform of the post, whichever is active. */
  private async request(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
    const { post } = this;
    const headers = pinnedTo(post.platform_id);
    const answer = await session.request<PostView | undefined>(method, path, { body, headers });
    // An event during the request is newer than its response.
    if (answer && this.post === post) {
      this.dispatchEvent(new CustomEvent<PostView>('vf-post-changed', { detail: answer, bubbles: true }));
    }
  }

  private send(method: 'POST' | 'DELETE', path: string): Promise<boolean> {
    return this.attempt(() => this.request(method, path));
  }
}

defineElement('vf-post-card', PostCard);
