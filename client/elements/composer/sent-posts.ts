import { html, nothing, type TemplateResult } from 'lit';
import type { PostsView, PostView } from '../../../src/protocol/http';
import { icon } from '../icon';
import { statusBadge } from '../post-status';
import { session } from '../session';
import { SessionElement } from '../session-element';
import { pinnedTo } from './post-target';

/** A push may be lost: as long as a post is on its way, we also look; ms. */
const LOOK_EVERY_MS = 10_000;

/** `<vf-sent-posts>`: what the composer of this page has sent, and where it stands now. */
export class SentPosts extends SessionElement {
  /** All that was heard of: the news of a post may come before the answer to its sending. */
  private readonly known = new Map<number, PostView>();
  private sent: { id: number; platformName: string }[] = [];
  private looking = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.looking);
  }

  add(post: PostView, platformName: string): void {
    if (!this.known.has(post.id)) this.known.set(post.id, post);
    this.sent = [{ id: post.id, platformName }, ...this.sent];
    window.clearInterval(this.looking);
    this.looking = window.setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.requestUpdate();
  }

  protected override begin(): void {
    this.listen('postUpdated', ({ post }) => this.learn([post]));
    this.listen('postRemoved', ({ postId }) => this.drop(postId));
    this.listen('sessionCaughtUp', () => void this.look());
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.sent.length === 0) return nothing;
    return html`
      <section class="vf-sent" aria-labelledby="vf-sent-title">
        <h2 id="vf-sent-title">Just sent</h2>
        <ul class="vf-cards" aria-live="polite">${this.sent.map(({ id, platformName }) => this.post(id, platformName))}</ul>
      </section>
    `;
  }

  private post(id: number, platformName: string): TemplateResult | typeof nothing {
    const post = this.known.get(id);
    if (!post) return nothing;
    const { status, content, title, url, error } = post;
    return html`
      <li class="vf-card" data-post-id=${id}>
        ${title ? html`<h3 dir="auto">${title}</h3>` : nothing}
        <p class="vf-sent-text" dir="auto">${content || 'An image'}</p>
        <p class="vf-actions">
          ${statusBadge(status)} <span class="vf-hint">${platformName}</span>
          ${
            url && /^https?:/.test(url)
              ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${icon('external-link')} See it there</a>`
              : nothing
          }
        </p>
        ${error ? html`<p class="vf-error">${error}</p>` : nothing}
        ${status === 'failed' ? this.choices(post) : nothing}
      </li>
    `;
  }

  private choices({ id, platform_id }: PostView): TemplateResult {
    const headers = pinnedTo(platform_id);
    const again = () =>
      this.attempt(async () => {
        const before = this.known.get(id);
        const post = await session.request<PostView>('POST', `/api/posts/${id}/retry`, { headers });
        // What was heard meanwhile is newer.
        if (this.known.get(id) === before) this.learn([post]);
      });
    const discard = () =>
      this.attempt(async () => {
        await session.request('DELETE', `/api/posts/${id}`, { headers });
        this.drop(id);
      });
    return html`
      <p class="vf-actions">
        <button type="button" class="vf-button" @click=${again}>Try again</button>
        <button type="button" class="vf-button" data-kind="danger" @click=${discard}>Discard</button>
      </p>
    `;
  }

  protected override forget(): void {
    this.known.clear();
    this.sent = [];
  }

  private learn(posts: PostView[]): void {
    for (const post of posts) this.known.set(post.id, post);
    this.requestUpdate();
  }

  private drop(id: number): void {
    this.sent = this.sent.filter((each) => each.id !== id);
    this.requestUpdate();
  }

  private async look(): Promise<void> {
    const posts = this.sent.flatMap(({ id }) => this.known.get(id) ?? []);
    const open = posts.filter(({ status }) => status === 'queued' || status === 'publishing');
    for (const platformId of new Set(open.map(({ platform_id }) => platform_id))) {
      const options = { headers: pinnedTo(platformId), background: true };
      // Whatever is the matter, we look again.
      const answer = await session.request<PostsView>('GET', '/api/posts', options).catch(() => null);
      this.learn(answer?.posts ?? []);
    }
  }
}

customElements.define('vf-sent-posts', SentPosts);
