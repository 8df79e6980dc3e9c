import { html, nothing, type TemplateResult } from 'lit';
import { HEADERS, type ImageView, type MediaView, type PostView } from '../../../src/protocol/http';
import { formatDateTime, formatRelativeTime } from '../../elements/format';
import { icon } from '../../elements/icon';
import { statusBadge } from '../../elements/post-status';
import { session } from '../../elements/session';
import { SessionElement } from '../../elements/session-element';

/** One post: what it says, where it stands, and what can be done with it. */
class PostCard extends SessionElement {
  static override properties = { post: { attribute: false } };
  declare post: PostView;

  /** The image whose description is being written. */
  private describing: number | null = null;

  protected override render(): TemplateResult {
    const { id, title, content, spoiler_text, status, images, error } = this.post;
    return html`
      <article class="vf-card post" data-post-id=${id}>
        ${title ? html`<h3 dir="auto">${title}</h3>` : nothing}
        ${
          spoiler_text
            ? html`<details><summary>${spoiler_text}</summary><p class="text">${content}</p></details>`
            : html`<p class="text">${content}</p>`
        }
        ${images.length > 0 ? html`<ul class="images">${images.map((image) => this.image(image))}</ul>` : nothing}
        ${this.foot()}
        ${error ? html`<p class="vf-error">${error}</p>` : nothing}
        ${status === 'failed' ? this.choices() : nothing}
      </article>
    `;
  }

  private foot(): TemplateResult {
    const { status, url, created_at } = this.post;
    return html`
      <p class="vf-hint post-foot">
        ${statusBadge(status)}
        <time datetime=${created_at} title=${formatDateTime(created_at)}>${formatRelativeTime(created_at)}</time>
        ${isLink(url) ? html`<a href=${url} rel="noreferrer">${icon('external-link')} See it there</a>` : nothing}
      </p>
    `;
  }

  private choices(): TemplateResult {
    const { id } = this.post;
    return html`
      <p class="vf-actions">
        <button type="button" class="vf-button" @click=${() => this.act('POST', `/api/posts/${id}/retry`)}>Try again</button>
        <button type="button" class="vf-button" data-kind="danger" @click=${() => this.act('DELETE', `/api/posts/${id}`)}>
          Discard
        </button>
      </p>
    `;
  }

  private image(image: ImageView): TemplateResult {
    const missing = image.status === 'pending';
    return html`
      <li>
        ${icon(missing ? 'triangle-alert' : 'image')}
        ${
          this.describing === image.id
            ? this.describeForm(image)
            : html`
              <span>${image.alt_text ?? 'No description'}</span>
              <button
                type="button"
                class="vf-button" data-kind="quiet"
                aria-label="${missing ? 'Describe the image' : `Change the description ${image.alt_text}`}"
                @click=${() => this.describe(image.id)}
              >
                ${icon('pencil')}
              </button>
            `
        }
      </li>
    `;
  }

  private describeForm({ id, alt_text }: ImageView): TemplateResult {
    const submitted = async (event: SubmitEvent): Promise<void> => {
      event.preventDefault();
      const words = String(new FormData(event.target as HTMLFormElement).get('alt_text'));
      const options = { body: { alt_text: words }, headers: this.headers() };
      const change = () => session.request<MediaView>('PATCH', `/api/media/${id}`, options);
      if (await this.attempt(change, 'The description was saved.')) void this.describe(null);
    };
    return html`
      <form class="inline" @submit=${submitted}>
        <input class="vf-input" name="alt_text" aria-label="Description of the image" autocomplete="off" .value=${alt_text ?? ''} />
        <button type="submit" class="vf-button" data-kind="primary">Save</button>
        <button type="button" class="vf-button" @click=${() => this.describe(null)}>Cancel</button>
      </form>
    `;
  }

  private async describe(id: number | null): Promise<void> {
    this.describing = id;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLInputElement>('input[name="alt_text"]')?.focus();
  }

  private act(method: 'POST' | 'DELETE', path: string): void {
    void this.attempt(() => session.request(method, path, { headers: this.headers() }));
  }

  private headers(): Record<string, string> {
    return { [HEADERS.platformId]: String(this.post.platform_id) };
  }
}

/** An address from outside leads nowhere but to the web. */
function isLink(url: string | null): url is string {
  return url !== null && /^https?:\/\//.test(url);
}

customElements.define('app-post-card', PostCard);
