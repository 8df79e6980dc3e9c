import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { hueOf } from '../../../src/protocol/avatar';
import { HEADERS, type PostsView, type PostView, type StatisticsView } from '../../../src/protocol/http';
import { isApiError } from '../../core/errors';
import type { PlatformDetail } from '../../core/event-details';
import { avatar } from '../../elements/avatar';
import { TYPE_NAMES } from '../../elements/format';
import { icon } from '../../elements/icon';
import { ReadingElement } from '../../elements/reading-element';
import { session } from '../../elements/session';
import { emptyState } from '../lib/empty-state';
import { type Rows, readNewestRows } from '../lib/newest-rows';
import { withPost } from '../lib/post-order';
import '../../elements/post-card';
import './first-steps';
import './older-posts';

const PAGE = 20;

interface Loaded extends Rows<PostView> {
  platformId: number;
  statistics: StatisticsView;
}

class HomePage extends ReadingElement<Loaded> {
  /** The platform whose posts are shown; undefined: none is active. */
  private platformId: number | undefined;
  private wanted = PAGE;
  /** The minimum number of rows once older posts were imported from the instance. */
  private wantedFromThere = 0;

  protected override begin(): void {
    this.platformId = session.getState()?.platform?.id;
    this.listen('sessionStateChanged', () => this.follow());
    this.listen('postUpdated', ({ post }) => this.postUpdated(post));
    this.listen('postRemoved', ({ postId, platformId }) =>
      this.changed(platformId, (posts) => posts.filter(({ id }) => id !== postId)),
    );
    this.listen('postsImported', ({ platformId, isChanged }) => {
      if (isChanged && platformId === this.platformId) void this.reload();
    });
    this.addEventListener('vf-post-changed', this.postChanged);
    this.addEventListener('app-older-asked', this.olderAsked);
    super.begin();
  }

  protected override render(): TemplateResult | typeof nothing {
    const state = session.getState();
    if (!state) return this.waiting('Loading');
    const { user, platform } = state;
    const connect = html`<a class="vf-button" data-kind="primary" href="/platforms">${icon('plus')} Connect one</a>`;
    return html`
      <h1>Welcome, ${user.username}</h1>
      <app-first-steps></app-first-steps>
      ${platform ? this.platform(platform) : emptyState('link', 'No platform is active.', connect)}
    `;
  }

  private platform(platform: PlatformDetail): TemplateResult {
    const { content } = this;
    return html`
      <section class="hero" data-hue=${hueOf(platform.id)} aria-labelledby="active-title">
        <div class="hero-who">
          ${avatar(platform)}
          <div>
            <h2 id="active-title" class="vf-hint">Active platform</h2>
            <p class="hero-name" id="active-platform" data-platform-id=${platform.id}>${platform.name}</p>
            <p class="vf-hint">${TYPE_NAMES[platform.type]} · ${platform.instanceUrl}</p>
          </div>
          <a class="vf-button" data-kind="primary" href="/create_post">${icon('pencil')} Write a post</a>
        </div>
        <dl class="statistics" aria-busy=${this.reading}>
          ${statistic('Posts', content?.statistics.total_posts)}
          ${statistic('Images', content?.statistics.total_images)}
          ${statistic('Images without a description', content?.statistics.pending_images, '/images')}
        </dl>
      </section>
      <section aria-labelledby="posts-title">
        <h2 id="posts-title">Posts</h2>
        ${content ? [this.posts(content), this.beyond(content)] : this.waiting('Reading the posts')}
      </section>
    `;
  }

  private posts({ rows }: Loaded): TemplateResult {
    if (rows.length === 0) return emptyState('send', 'Nothing posted yet.');
    return html`
      <ul class="vf-cards" data-posts>
        ${repeat(
          rows,
          ({ id }) => id,
          (post) => html`<li><vf-post-card .post=${post}></vf-post-card></li>`,
        )}
      </ul>
    `;
  }

  private beyond({ platformId, next }: Loaded): TemplateResult {
    if (next === null) return html`<app-older-posts .platformId=${platformId}></app-older-posts>`;
    return html`
      <button type="button" class="vf-button" data-older @click=${this.older}>${icon('chevron-down')} Older</button>
    `;
  }

  private follow(): void {
    const id = session.getState()?.platform?.id;
    if (id === this.platformId) return;
    this.platformId = id;
    this.content = null;
    this.wanted = PAGE;
    this.wantedFromThere = 0;
    this.reloadSoon();
  }

  private readonly postChanged = (event: Event): void => this.postUpdated((event as CustomEvent<PostView>).detail);

  private postUpdated(post: PostView): void {
    const more = (this.content?.next ?? null) !== null;
    this.changed(post.platform_id, (posts) => withPost(posts, post, more));
    // The statistics may have changed with the post.
    if (this.content?.platformId === post.platform_id) void this.count(post.platform_id);
  }

  private changed(platformId: number, change: (posts: PostView[]) => PostView[]): void {
    // A read in progress may return data older than this event.
    if (this.reading) void this.reload();
    if (this.content?.platformId !== platformId) return;
    this.content = { ...this.content, rows: change(this.content.rows) };
    this.requestUpdate();
  }

  protected async read(): Promise<Loaded | null> {
    const { platformId } = this;
    if (platformId === undefined) return null;
    const { rows, next } = this.content ?? {};
    // At least as many as are shown, including posts that events have added; more where the user asked for more.
    const wanted = Math.max(next === null ? PAGE : this.wanted, this.wantedFromThere, rows?.length ?? 0);
    const [statistics, posts] = await Promise.all([
      this.ask<StatisticsView>(platformId, '/api/platform_statistics'),
      readNewestRows(wanted, 'before_id', async (asked) => {
        const page = await this.ask<PostsView>(platformId, `/api/posts?${asked}`);
        return { rows: page.posts, next: page.next_before_id };
      }),
    ]);
    return { platformId, statistics, ...posts };
  }

  private readonly older = (): void => {
    this.wanted = (this.content?.rows.length ?? 0) + PAGE;
    void this.reload();
  };

  protected override async show(content: Loaded | null, failure?: string): Promise<void> {
    const pressed = this.querySelector('[data-older]:focus');
    await super.show(content, failure);
    if (pressed && !pressed.isConnected) this.querySelector<HTMLElement>('[data-older]')?.focus();
  }

  private readonly olderAsked = (): void => {
    this.wantedFromThere = (this.content?.rows.length ?? 0) + PAGE;
  };

  private async count(platformId: number): Promise<void> {
    await this.attempt(async () => {
      const path = '/api/platform_statistics';
      const statistics = await this.ask<StatisticsView>(platformId, path).catch((error: unknown) => {
        if (!isStale(error)) throw error;
      });
      if (statistics && this.content?.platformId === platformId) this.content = { ...this.content, statistics };
    });
  }

  /** Names the platform in the request: statistics of one must never be shown under the name of another. */
  private async ask<T>(platformId: number, path: string): Promise<T> {
    const headers = { [HEADERS.platformId]: String(platformId) };
    try {
      return await session.request<T>('GET', path, { headers, background: true });
    } catch (error) {
      // Syncing delivers the switch that made the request stale; that reloads everything.
      if (isStale(error)) await session.syncSessionState();
      throw error;
    }
  }
}

function isStale(error: unknown): boolean {
  return isApiError(error) && error.error_code === 'PLATFORM_CONTEXT_STALE';
}

/** @param page a link to it is shown unless the value is 0 */
function statistic(name: string, value: number | undefined, page?: string): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${page && value ? html`<a href=${page}>${value}</a>` : (value ?? '…')}</dd></div>`;
}

customElements.define('app-home', HomePage);
