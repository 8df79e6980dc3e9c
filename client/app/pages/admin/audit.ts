import { html, nothing, type TemplateResult } from 'lit';
import type { AdminAuditEventView, AdminAuditView } from '../../../../src/protocol/audit';
import { formatDateTime, formatRelativeTime } from '../../../elements/format';
import { icon } from '../../../elements/icon';
import { session } from '../../../elements/session';
import { AUDIT_WORDS } from '../../lib/audit-words';
import { LiveElement } from '../../lib/live-element';
import { type Rows, readNewestRows } from '../../lib/newest-rows';
import { Paging } from '../../lib/paging';

/** The audit trail of all users. */
class AdminAudit extends LiveElement<Rows<AdminAuditEventView>> {
  private readonly paging = new Paging(15, this.reload);

  protected override render(): TemplateResult {
    return html`
      <section aria-labelledby="audit-title">
        <h2 id="audit-title">What was done</h2>
        ${this.content ? this.list(this.content) : this.waiting('Reading what was done')}
      </section>
    `;
  }

  private list(content: Rows<AdminAuditEventView>): TemplateResult {
    return html`
      <ol class="trail" data-audit>${content.rows.map(event)}</ol>
      ${this.paging.button('Older events', content)}
    `;
  }

  protected read(): Promise<Rows<AdminAuditEventView>> {
    return readNewestRows(this.paging.wanted, 'before_id', async (asked) => {
      const path = `/api/admin/audit?${asked}`;
      const page = await session.request<AdminAuditView>('GET', path, { background: true });
      return { rows: page.events, next: page.next_before_id };
    });
  }
}

function event({ type, at, username, actor, platform_name, device, ip_address }: AdminAuditEventView): TemplateResult {
  const [picture, words] = AUDIT_WORDS[type];
  return html`
    <li data-type=${type}>
      ${icon(picture)}
      <div>
        <strong><bdi>${username ?? 'Nobody known'}</bdi></strong>: ${words}
        ${platform_name ? html`<bdi>${platform_name}</bdi>` : nothing}
        ${actor ? html`(by <bdi>${actor.username ?? 'an administrator'}</bdi>)` : nothing}
        <p class="vf-hint">
          <time datetime=${at} title=${formatDateTime(at)}>${formatRelativeTime(at)}</time> · ${device} · ${ip_address}
        </p>
      </div>
    </li>
  `;
}

customElements.define('app-admin-audit', AdminAudit);
