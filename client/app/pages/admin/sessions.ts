import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AdminSessionsView, AdminSessionView } from '../../../../src/protocol/admin';
import { confirm } from '../../../elements/confirm';
import { formatDateTime, formatRelativeTime } from '../../../elements/format';
import { icon } from '../../../elements/icon';
import { notify } from '../../../elements/notify';
import { session } from '../../../elements/session';
import { emptyState } from '../../lib/empty-state';
import { LiveElement } from '../../lib/live-element';
import { type Rows, readNewestRows } from '../../lib/newest-rows';
import { Paging } from '../../lib/paging';

const PAGE = 30;

/** The sessions of all users, updated at an interval. */
class AdminSessions extends LiveElement<Rows<AdminSessionView>> {
  private query = '';
  private readonly paging = new Paging(PAGE, this.reload);

  protected override render(): TemplateResult {
    const { content } = this;
    return html`
      <section aria-labelledby="sessions-title">
        <h2 id="sessions-title" tabindex="-1">Sessions</h2>
        <form class="vf-inline" role="search" @submit=${this.submitted}>
          <input
            class="vf-input" name="query" type="search" maxlength="64" autocomplete="off"
            aria-label="User name, or the beginning of a session's id" placeholder="User name or session"
          />
          <button type="submit" class="vf-button">${icon('search')} Search</button>
          <button type="button" class="vf-button" @click=${this.cleanUp}>Clean up what has expired</button>
        </form>
        ${content ? this.list(content) : this.waiting('Reading the sessions')}
      </section>
    `;
  }

  private list(content: Rows<AdminSessionView>): TemplateResult {
    if (content.rows.length === 0) return emptyState('search', 'There is no such session.');
    return html`
      <ul class="vf-cards" data-sessions>${repeat(
        content.rows,
        ({ id }) => id,
        (each) => this.one(each),
      )}</ul>
      ${this.paging.button('More', content)}
    `;
  }

  private one(each: AdminSessionView): TemplateResult {
    const { id, user, device, ip_address, last_activity, current, online, platform } = each;
    return html`
      <li class="vf-card vf-device" data-session-id=${id}>
        <div class="vf-device-text">
          <h3>
            ${user.username} ${current ? html`<span class="vf-badge">This session</span>` : nothing}
            ${online ? html`<span class="vf-badge" data-kind="good">Online</span>` : nothing}
          </h3>
          <p class="vf-hint">
            ${device} · ${ip_address} · ${platform?.name ?? 'no platform'} · active
            <time datetime=${last_activity} title=${formatDateTime(last_activity)}>${formatRelativeTime(last_activity)}</time>
          </p>
        </div>
        <button
          type="button" class="vf-button" data-kind="danger" aria-label="End the session of ${user.username}, ${device}"
          @click=${() => this.endSession(each)}
        >
          End
        </button>
      </li>
    `;
  }

  private readonly submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    this.query = String(new FormData(event.target as HTMLFormElement).get('query'));
    this.paging.wanted = PAGE;
    void this.reload();
  };

  protected read(): Promise<Rows<AdminSessionView>> {
    const { query } = this;
    return readNewestRows(this.paging.wanted, 'before', async (asked) => {
      asked.set('query', query);
      const path = `/api/admin/sessions?${asked}`;
      const page = await session.request<AdminSessionsView>('GET', path, { background: true });
      return { rows: page.sessions, next: page.next_before };
    });
  }

  private async endSession({ id, user, device }: AdminSessionView): Promise<void> {
    const text = `${device}: all its tabs will be signed out at once.`;
    if (!(await confirm({ title: `End this session of ${user.username}?`, text, action: 'End it' }))) return;
    const path = `/api/admin/sessions/${encodeURIComponent(id)}`;
    if (!(await this.attempt(() => session.request('DELETE', path), 'The session was ended.'))) return;
    await this.reload();
    // The focus is lost when the pressed button is removed.
    if (document.activeElement === document.body) this.querySelector('h2')?.focus();
  }

  private readonly cleanUp = async (): Promise<void> => {
    await this.attempt(async () => {
      const { cleaned } = await session.request<{ cleaned: number }>('POST', '/api/cleanup_sessions', { body: {} });
      notify(cleaned === 1 ? 'One session was cleaned up.' : `${cleaned} sessions were cleaned up.`, 'success');
    });
    await this.reload();
  };
}

customElements.define('app-admin-sessions', AdminSessions);
