import { html, nothing, type TemplateResult } from 'lit';
import type { AuditEventView, AuditType, AuditView } from '../../../src/protocol/audit';
import { sessionEndMessage } from '../../../src/protocol/end-reasons';
import { formatDateTime, formatRelativeTime } from '../../elements/format';
import { icon } from '../../elements/icon';
import type { IconName } from '../../elements/icons';
import { ReadingElement } from '../../elements/reading-element';
import { session } from '../../elements/session';
import { emptyState } from '../lib/empty-state';
import { type Rows, readNewestRows } from '../lib/newest-rows';

const KINDS: Record<AuditType, [IconName, string]> = {
  sign_in: ['log-in', 'Signed in'],
  sign_in_failed: ['triangle-alert', 'A sign-in failed'],
  reauthenticated: ['key-round', 'Gave the password once more'],
  session_ended: ['log-out', 'Signed out'],
  address_changed: ['laptop', 'Came from another address'],
  password_changed: ['key-round', 'Changed the password'],
  platform_switched: ['arrow-left-right', 'Switched to'],
  platform_added: ['plus', 'Connected'],
  platform_removed: ['trash-2', 'Removed'],
  account_disabled: ['log-out', 'The account was disabled'],
  account_enabled: ['log-in', 'The account was enabled'],
};

const PAGE = 30;

class ActivityPage extends ReadingElement<Rows<AuditEventView>> {
  private wanted = PAGE;

  protected override render(): TemplateResult {
    return html`
      <h1>Activity</h1>
      <p class="lead">What was done with your account, newest first. Is there something that you did not do?
        <a href="/devices">Look at your devices</a>.</p>
      ${this.content ? this.list(this.content) : this.waiting('Reading what was done')}
    `;
  }

  private list({ rows, next }: Rows<AuditEventView>): TemplateResult {
    if (rows.length === 0) return emptyState('activity', 'Nothing has been done yet.');
    return html`
      <ol class="trail" data-trail>${rows.map((event) => this.event(event))}</ol>
      ${
        next === null
          ? nothing
          : html`<button type="button" class="vf-button" @click=${this.older}>${icon('chevron-down')} Older</button>`
      }
    `;
  }

  private event({ type, at, device, ip_address, platform_name, reason, session_id }: AuditEventView): TemplateResult {
    const [picture, words] = KINDS[type];
    const here = session_id !== null && session_id === session.getState()?.session.id;
    return html`
      <li data-type=${type}>
        ${icon(picture)}
        <div>
          <strong>${words}${platform_name ? html` ${platform_name}` : nothing}</strong>
          ${here ? html`<span class="vf-badge">This session</span>` : nothing}
          ${type === 'session_ended' && reason ? html`<p class="vf-hint">${sessionEndMessage(reason)}</p>` : nothing}
          <p class="vf-hint">
            <time datetime=${at} title=${formatDateTime(at)}>${formatRelativeTime(at)}</time> · ${device} · ${ip_address}
          </p>
        </div>
      </li>
    `;
  }

  protected read(): Promise<Rows<AuditEventView>> {
    return readNewestRows(this.wanted, 'before_id', async (asked) => {
      const page = await session.request<AuditView>('GET', `/api/audit?${asked}`, { background: true });
      return { rows: page.events, next: page.next_before_id };
    });
  }

  private readonly older = (): void => {
    this.wanted += PAGE;
    void this.reload();
  };
}

customElements.define('app-activity', ActivityPage);
