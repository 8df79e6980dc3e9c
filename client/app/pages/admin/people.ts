import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AdminUsersView, AdminUserView } from '../../../../src/protocol/admin';
import { confirm } from '../../../elements/confirm';
import { formatDateTime } from '../../../elements/format';
import { ReadingElement } from '../../../elements/reading-element';
import { withRecentLogin } from '../../../elements/recent-login';
import { session } from '../../../elements/session';
import { count } from '../../lib/count';
import { type Rows, readNewestRows } from '../../lib/newest-rows';
import { Paging } from '../../lib/paging';

/** All accounts, and whether each is enabled. */
class AdminPeople extends ReadingElement<Rows<AdminUserView>> {
  private readonly paging = new Paging(20, this.reload);

  protected override render(): TemplateResult {
    return html`
      <section aria-labelledby="people-title">
        <h2 id="people-title">People</h2>
        ${this.content ? this.list(this.content) : this.waiting('Reading the accounts')}
      </section>
    `;
  }

  private list(content: Rows<AdminUserView>): TemplateResult {
    return html`
      <ul class="vf-cards" data-people>${repeat(
        content.rows,
        ({ id }) => id,
        (each) => this.one(each),
      )}</ul>
      ${this.paging.button('Older accounts', content)}
    `;
  }

  private one(each: AdminUserView): TemplateResult {
    const { id, username, email, role, is_active, created_at, sessions, platforms } = each;
    const own = session.getState()?.user.id === id;
    return html`
      <li class="vf-card vf-device" data-user-id=${id}>
        <div class="vf-device-text">
          <h3>
            <bdi>${username}</bdi>
            ${role === 'admin' ? html`<span class="vf-badge">Administrator</span>` : nothing}
            ${is_active ? nothing : html`<span class="vf-badge" data-kind="danger">Disabled</span>`}
          </h3>
          <p class="vf-hint">
            <bdi>${email}</bdi> · ${count(platforms, 'platform')} · ${count(sessions, 'session')} · since ${formatDateTime(created_at)}
          </p>
        </div>
        ${
          own
            ? nothing
            : html`<button type="button" class="vf-button" data-kind=${is_active ? 'danger' : nothing}
                aria-label="${is_active ? 'Disable' : 'Enable'} ${username}" @click=${() => this.setActive(each)}>
                ${is_active ? 'Disable' : 'Enable'}
              </button>`
        }
      </li>
    `;
  }

  protected read(): Promise<Rows<AdminUserView>> {
    return readNewestRows(this.paging.wanted, 'before_id', async (asked) => {
      const path = `/api/admin/users?${asked}`;
      const page = await session.request<AdminUsersView>('GET', path, { background: true });
      return { rows: page.users, next: page.next_before_id };
    });
  }

  private async setActive({ id, username, is_active }: AdminUserView): Promise<void> {
    const text = 'All sessions end at once, and nobody can sign in until the account is enabled again.';
    if (is_active && !(await confirm({ title: `Disable ${username}?`, text, action: 'Disable' }))) return;
    const path = `/api/admin/users/${id}/${is_active ? 'disable' : 'enable'}`;
    const task = () => withRecentLogin(() => session.request('POST', path, { body: {} }));
    if (await this.attempt(task, `${username} is ${is_active ? 'disabled' : 'enabled'}.`)) await this.reload();
  }
}

customElements.define('app-admin-people', AdminPeople);
