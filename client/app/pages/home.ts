import { html, nothing, type TemplateResult } from 'lit';
import { HEADERS, type PostsView, type PostView, type StatisticsView } from '../../../src/protocol/http';
import type { PlatformDetail } from '../../core/details';
import { isApiError } from '../../core/errors';
import { moment, TYPE_NAMES } from '../../elements/format';
import { on, session } from '../../elements/session';
import { View } from '../lib/view';

const POSTS_SHOWN = 20;

interface Loaded {
  platformId: number;
  statistics: StatisticsView;
  posts: PostView[];
}

export class HomePage extends View {
  private loaded: Loaded | null = null;

  constructor(root: HTMLElement) {
    super(root);
    on('sessionStateChanged', () => this.follow());
    on('postUpdated', ({ post }) => this.updated(post));
    on('postRemoved', ({ postId, platformId }) => this.changed(platformId, (posts) => without(posts, postId)));
    this.follow();
  }

  protected template(): TemplateResult {
    const state = session.getState();
    if (!state) return html`<p>Loading…</p>`;
    const { user, platform } = state;
    return html`
      <h1>Welcome, ${user.username}</h1>
      ${platform ? this.platform(platform) : html`<p>No platform is active. <a href="/platforms">Connect one</a></p>`}
    `;
  }

  private platform(platform: PlatformDetail): TemplateResult {
    const loaded = this.loaded?.platformId === platform.id ? this.loaded : null;
    return html`
      <section aria-labelledby="active-title">
        <h2 id="active-title">Active platform</h2>
        <p>
          <strong id="active-platform" data-platform-id=${platform.id}>${platform.name}</strong>
          <span class="badge">${TYPE_NAMES[platform.type]}</span>
          <span class="hint">${platform.instanceUrl}</span>
        </p>
        <dl class="statistics" aria-busy=${loaded === null}>
          ${statistic('Posts', loaded?.statistics.total_posts)}
          ${statistic('Images', loaded?.statistics.total_images)}
          ${statistic('Waiting images', loaded?.statistics.pending_images)}
        </dl>
        <p><a class="button primary" href="/create_post">Write a post</a></p>
      </section>
      <section aria-labelledby="posts-title">
        <h2 id="posts-title">Posts</h2>
        ${loaded ? this.posts(loaded.posts) : html`<p>Loading…</p>`}
      </section>
    `;
  }

  private follow(): void {
    this.draw();
    const platform = session.getState()?.platform;
    if (platform && this.loaded?.platformId !== platform.id) void this.load(platform.id);
  }

  /** A new one stands first; one that is there already stays where it is. */
  private updated(post: PostView): void {
    this.changed(post.platform_id, (posts) =>
      posts.some(({ id }) => id === post.id)
        ? posts.map((each) => (each.id === post.id ? post : each))
        : [post, ...posts].sort((a, b) => b.id - a.id).slice(0, POSTS_SHOWN),
    );
  }

  private changed(platformId: number, change: (posts: PostView[]) => PostView[]): void {
    if (this.loaded?.platformId !== platformId) return;
    this.loaded = { ...this.loaded, posts: change(this.loaded.posts) };
    this.draw();
  }

  /** Retry or discard a post that failed. */
  private act(method: 'POST' | 'DELETE', path: string, { platform_id }: PostView): void {
    const headers = { [HEADERS.platformId]: String(platform_id) };
    void this.attempt(() => session.request(method, path, { headers }));
  }

  private post(post: PostView): TemplateResult {
    const { id, title, content, status, error, url, created_at, spoiler_text } = post;
    return html`
      <li class="card" data-post-id=${id}>
        ${title ? html`<h3>${title}</h3>` : nothing} ${spoiler_text ? html`<p><em>${spoiler_text}</em></p>` : nothing}
        <p class="text">${content}</p>
        <p class="hint">
          <time datetime=${created_at}>${moment(created_at)}</time> ·
          ${isLink(url) ? html`<a href=${url} rel="noreferrer">${status}</a>` : html`<span>${status}</span>`}
        </p>
        ${error ? html`<p class="error">${error}</p>` : nothing}
        ${
          status === 'failed'
            ? html`<p class="actions">
                <button type="button" @click=${() => this.act('POST', `/api/posts/${id}/retry`, post)}>Try again</button>
                <button type="button" @click=${() => this.act('DELETE', `/api/posts/${id}`, post)}>Discard</button>
              </p>`
            : nothing
        }
      </li>
    `;
  }

  private posts(list: PostView[]): TemplateResult {
    if (list.length === 0) return html`<p>Nothing posted yet.</p>`;
    return html`<ul class="cards" id="posts">${list.map((each) => this.post(each))}</ul>`;
  }

  /** Names the platform that it means: figures of one must never stand under the name of another. */
  private async load(platformId: number): Promise<void> {
    const options = { headers: { [HEADERS.platformId]: String(platformId) }, background: true };
    await this.attempt(async () => {
      try {
        const [statistics, { posts }] = await Promise.all([
          session.request<StatisticsView>('GET', '/api/platform_statistics', options),
          session.request<PostsView>('GET', `/api/posts?limit=${POSTS_SHOWN}`, options),
        ]);
        this.loaded = { platformId, statistics, posts };
      } catch (error) {
        if (!isApiError(error) || error.error_code !== 'PLATFORM_CONTEXT_STALE') throw error;
        // The switch that made it stale will be, or has been, told; then we are called again.
        await session.syncSessionState();
      }
    });
  }
}

function statistic(name: string, value: number | undefined): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value ?? '…'}</dd></div>`;
}

function without(posts: PostView[], id: number): PostView[] {
  return posts.filter((post) => post.id !== id);
}

/** An address from outside leads nowhere but to the web. */
function isLink(url: string | null): url is string {
  return url !== null && /^https?:\/\//.test(url);
}
