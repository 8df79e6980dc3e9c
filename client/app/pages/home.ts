import { html, nothing, type TemplateResult } from 'lit';
import { HEADERS, type PostsView, type PostView, type StatisticsView } from '../../../src/protocol/http';
import type { PlatformDetail } from '../../core/details';
import { isApiError } from '../../core/errors';
import { face, hueOf } from '../../elements/face';
import { TYPE_NAMES } from '../../elements/format';
import { icon } from '../../elements/icon';
import { placeholder } from '../../elements/placeholder';
import { session } from '../../elements/session';
import { SessionElement } from '../../elements/session-element';
import { empty } from '../lib/empty';
import { withOlder, withPost } from '../lib/post-order';
import './post-card';

const PAGE = 20;

interface Loaded {
  platformId: number;
  statistics: StatisticsView;
  posts: PostView[];
  next: number | null;
}

class HomePage extends SessionElement {
  private loaded: Loaded | null = null;

  protected override begin(): void {
    this.listen('sessionStateChanged', () => this.follow());
    this.listen('postUpdated', ({ post }) => this.postUpdated(post));
    this.listen('postRemoved', ({ postId, platformId }) =>
      this.changed(platformId, (posts) => posts.filter(({ id }) => id !== postId)),
    );
    this.follow();
  }

  protected override render(): TemplateResult {
    const state = session.getState();
    if (!state) return placeholder('Loading');
    const { user, platform } = state;
    const connect = html`<a class="vf-button" data-kind="primary" href="/platforms">${icon('plus')} Connect one</a>`;
    return html`
      <h1>Welcome, ${user.username}</h1>
      ${platform ? this.platform(platform) : empty('link', 'No platform is active.', connect)}
    `;
  }

  private platform(platform: PlatformDetail): TemplateResult {
    const loaded = this.loaded?.platformId === platform.id ? this.loaded : null;
    return html`
      <section class="hero" data-hue=${hueOf(platform.id)} aria-labelledby="active-title">
        <div class="hero-who">
          ${face(platform)}
          <div>
            <h2 id="active-title" class="vf-hint">Active platform</h2>
            <p class="hero-name" id="active-platform" data-platform-id=${platform.id}>${platform.name}</p>
            <p class="vf-hint">${TYPE_NAMES[platform.type]} · ${platform.instanceUrl}</p>
          </div>
          <a class="vf-button" data-kind="primary" href="/create_post">${icon('pencil')} Write a post</a>
        </div>
        <dl class="statistics" aria-busy=${loaded === null}>
          ${statistic('Posts', loaded?.statistics.total_posts)}
          ${statistic('Images', loaded?.statistics.total_images)}
          ${statistic('Images without a description', loaded?.statistics.pending_images)}
        </dl>
      </section>
      <section aria-labelledby="posts-title">
        <h2 id="posts-title">Posts</h2>
        ${loaded ? this.posts(loaded) : placeholder('Reading the posts')}
      </section>
    `;
  }

  private posts({ posts, next }: Loaded): TemplateResult {
    if (posts.length === 0) return empty('send', 'Nothing posted yet.');
    return html`
      <ul class="vf-cards" data-posts>
        ${posts.map((post) => html`<li><app-post-card .post=${post}></app-post-card></li>`)}
      </ul>
      ${
        next === null
          ? nothing
          : html`<button type="button" class="vf-button" @click=${() => this.older(next)}>
              ${icon('chevron-down')} Older
            </button>`
      }
    `;
  }

  private follow(): void {
    const platform = session.getState()?.platform;
    if (platform && this.loaded?.platformId !== platform.id) void this.load(platform.id);
  }

  private postUpdated(post: PostView): void {
    const more = (this.loaded?.next ?? null) !== null;
    this.changed(post.platform_id, (posts) => withPost(posts, post, more));
    // The figures have changed with it.
    if (this.loaded?.platformId === post.platform_id) void this.count(post.platform_id);
  }

  private changed(platformId: number, change: (posts: PostView[]) => PostView[]): void {
    if (this.loaded?.platformId !== platformId) return;
    this.loaded = { ...this.loaded, posts: change(this.loaded.posts) };
    this.requestUpdate();
  }

  private async load(platformId: number): Promise<void> {
    await this.reading(async () => {
      const [statistics, page] = await Promise.all([
        this.read<StatisticsView>(platformId, '/api/platform_statistics'),
        this.read<PostsView>(platformId, `/api/posts?limit=${PAGE}`),
      ]);
      this.loaded = { platformId, statistics, posts: page.posts, next: page.next_before_id };
    });
  }

  private async count(platformId: number): Promise<void> {
    await this.reading(async () => {
      const statistics = await this.read<StatisticsView>(platformId, '/api/platform_statistics');
      if (this.loaded?.platformId === platformId) this.loaded = { ...this.loaded, statistics };
    });
  }

  private async older(before: number): Promise<void> {
    const platformId = this.loaded?.platformId;
    if (platformId === undefined) return;
    await this.reading(async () => {
      const page = await this.read<PostsView>(platformId, `/api/posts?limit=${PAGE}&before_id=${before}`);
      if (this.loaded?.platformId !== platformId) return;
      this.loaded = { ...this.loaded, posts: withOlder(this.loaded.posts, page.posts), next: page.next_before_id };
    });
  }

  /** Names the platform that it means: figures of one must never stand under the name of another. */
  private read<T>(platformId: number, path: string): Promise<T> {
    const headers = { [HEADERS.platformId]: String(platformId) };
    return session.request<T>('GET', path, { headers, background: true });
  }

  private async reading(task: () => Promise<void>): Promise<void> {
    await this.attempt(async () => {
      try {
        await task();
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

customElements.define('app-home', HomePage);
