import { html, nothing, type TemplateResult } from 'lit';
import type { ImportView } from '../../../src/protocol/http';
import { formatTimeUntil } from '../../elements/format';
import { icon } from '../../elements/icon';
import { ReadingElement } from '../../elements/reading-element';
import { session } from '../../elements/session';

/**
 * `<app-older-posts>`: imports older posts of the account from its instance, one page at a time. Dispatches
 * `app-older-asked` before each import.
 */
class OlderPosts extends ReadingElement<ImportView> {
  static override properties = { platformId: { attribute: false } };
  declare platformId: number;
  private asking = false;

  protected override begin(): void {
    this.listen('postsImported', ({ platformId }) => {
      if (platformId === this.platformId) this.reloadSoon();
    });
    super.begin();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { content, asking } = this;
    if (!content) return nothing;
    const { running, imported, error, next_attempt_at, has_older } = content;
    const soFar = running && imported > 0 ? ` ${imported} so far.` : '';
    const more = html`
      <button type="button" class="vf-button" data-older aria-disabled=${asking} @click=${this.more}>
        ${icon('chevron-down')} Older, from the instance
      </button>
    `;
    const until = next_attempt_at ? html`<br />It goes on by itself, ${formatTimeUntil(next_attempt_at)}.` : nothing;
    return html`
      ${has_older && !running ? more : nothing}
      <p class="vf-hint" role="status">${running || asking ? `Reading posts from the instance…${soFar}` : nothing}</p>
      ${error ? html`<p class="note" data-kind="warning">${error}${until}</p>` : nothing}
    `;
  }

  protected read(): Promise<ImportView> {
    return session.request<ImportView>('GET', `/api/platforms/${this.platformId}/import`, { background: true });
  }

  private readonly more = async (): Promise<void> => {
    if (this.asking) return;
    this.asking = true;
    this.requestUpdate();
    this.dispatchEvent(new Event('app-older-asked', { bubbles: true }));
    await this.attempt(async () => {
      const path = `/api/platforms/${this.platformId}/import`;
      await this.show(await session.request<ImportView>('POST', path, { body: { older: true } }));
    });
    this.asking = false;
    this.requestUpdate();
  };
}

customElements.define('app-older-posts', OlderPosts);
