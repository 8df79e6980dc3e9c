import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { PostsView, PostView } from '../../../src/protocol/http';
import { defineElement } from '../define-element';
import { pinnedTo } from '../format-post';
import { dismissNotice, type NoticeKind, notify } from '../notify';
import '../post-card';
import { session } from '../session';
import { SessionElement } from '../session-element';

/** Interval of polling until a post is published or has failed, as a push may be lost; ms. */
const POLL_INTERVAL_MS = 10_000;

/** `<vf-sent-posts>`: the posts that the composer of this page has sent, and their status. */
export class SentPosts extends SessionElement {
  /** All posts that this page was notified of: the event may come before the response to the request. */
  private readonly known = new Map<number, PostView>();
  private sent: { id: number; platformName: string }[] = [];
  private pollTimer = 0;

  add(post: PostView, platformName: string): void {
    if (!this.known.has(post.id)) this.known.set(post.id, post);
    // The same post may be in the list already: it may also have been sent from another tab.
    this.sent = [{ id: post.id, platformName }, ...this.sent.filter(({ id }) => id !== post.id)];
    window.clearInterval(this.pollTimer);
    this.pollTimer = window.setInterval(() => void this.poll(), POLL_INTERVAL_MS);
    this.showStatus(post.id);
    this.requestUpdate();
  }

  protected override begin(): void {
    this.listen('postUpdated', ({ post }) => this.updatePosts([post]));
    this.listen('postRemoved', ({ postId }) => this.drop(postId));
    this.listen('sessionCaughtUp', () => void this.poll());
    this.addEventListener('vf-post-changed', this.changed);
  }

  protected override disconnected(): void {
    window.clearInterval(this.pollTimer);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.sent.length === 0) return nothing;
    return html`
      <section class="vf-sent" aria-labelledby="vf-sent-title">
        <h2 id="vf-sent-title">Just sent</h2>
        <ul class="vf-cards">${repeat(
          this.sent,
          ({ id }) => id,
          ({ id, platformName }) =>
            html`<li><vf-post-card .post=${this.known.get(id)} .platformName=${platformName}></vf-post-card></li>`,
        )}</ul>
      </section>
    `;
  }

  protected override forget(): void {
    this.known.clear();
    this.sent = [];
  }

  private readonly changed = (event: Event): void => this.updatePosts([(event as CustomEvent<PostView>).detail]);

  private updatePosts(posts: PostView[]): void {
    for (const post of posts) {
      const isNews = this.known.get(post.id)?.status !== post.status;
      this.known.set(post.id, post);
      if (isNews) this.showStatus(post.id);
    }
    this.requestUpdate();
  }

  /** Shows the status of a post in one notice, until it is final. */
  private showStatus(id: number): void {
    const sent = this.sent.find((each) => each.id === id);
    const post = this.known.get(id);
    if (!sent || !post) return;
    const { platformName } = sent;
    const [message, kind]: [string, NoticeKind] =
      post.status === 'published'
        ? [`Posted to ${platformName}.`, 'success']
        : post.status === 'failed'
          ? [`Not sent to ${platformName}. ${post.error ?? ''}`, 'error']
          : [`Sending to ${platformName}…`, 'info'];
    notify(message, kind, { key: `post ${id}` });
  }

  private drop(id: number): void {
    this.sent = this.sent.filter((each) => each.id !== id);
    dismissNotice(`post ${id}`);
    this.requestUpdate();
  }

  private async poll(): Promise<void> {
    const posts = this.sent.flatMap(({ id }) => this.known.get(id) ?? []);
    const open = posts.filter(({ status }) => status === 'queued' || status === 'publishing');
    for (const platformId of new Set(open.map(({ platform_id }) => platform_id))) {
      const options = { headers: pinnedTo(platformId), background: true };
      // Errors are ignored: the next poll tries again.
      const answer = await session.request<PostsView>('GET', '/api/posts', options).catch(() => null);
      this.updatePosts(answer?.posts ?? []);
    }
  }
}

defineElement('vf-sent-posts', SentPosts);
