import { html, nothing, type TemplateResult } from 'lit';
import type { AuditEventView, AuditView } from '../../../src/protocol/audit';
import { sessionEndMessage } from '../../../src/protocol/end-reasons';
import { formatDateTime, formatDay, formatTime } from '../../elements/format';
import { icon } from '../../elements/icon';
import { ReadingElement } from '../../elements/reading-element';
import { session } from '../../elements/session';
import { type ActivityDay, groupActivity } from '../lib/activity-groups';
import { AUDIT_WORDS } from '../lib/audit-words';
import { emptyState } from '../lib/empty-state';
import { type Rows, readNewestRows } from '../lib/newest-rows';
import { Paging } from '../lib/paging';

class ActivityPage extends ReadingElement<Rows<AuditEventView>> {
  private readonly paging = new Paging(30, this.reload);

  protected override render(): TemplateResult {
    return html`
      <h1>Activity</h1>
      <p class="lead">What was done with your account, newest first. Is there something that you did not do?
        <a href="/devices">Look at your devices</a>.</p>
      ${this.content ? this.list(this.content) : this.waiting('Reading what was done')}
    `;
  }

  private list(content: Rows<AuditEventView>): TemplateResult {
    if (content.rows.length === 0) return emptyState('activity', 'Nothing has been done yet.');
    return html`
      <div data-trail>${groupActivity(content.rows).map((day) => this.day(day))}</div>
      ${this.paging.button('Older', content)}
    `;
  }

  private day({ start, groups }: ActivityDay): TemplateResult {
    return html`
      <section class="trail-day" aria-labelledby="day-${start}">
        <h2 id="day-${start}">${formatDay(start)}</h2>
        <ol class="trail">${groups.map((events) => this.group(events))}</ol>
      </section>
    `;
  }

  private group(events: AuditEventView[]): TemplateResult {
    const [{ type, device, ip_address, session_id }] = events as [AuditEventView];
    const here = session_id !== null && session_id === session.getState()?.session.id;
    const list = () =>
      html`<ol>${events.map((event) => html`<li data-event=${event.id}>${what(event)} ${when(event)}</li>`)}</ol>`;
    return html`
      <li data-type=${type} data-event=${events.length === 1 ? events[0]!.id : nothing}>
        ${icon(AUDIT_WORDS[type][0])}
        <div>
          ${
            events.length === 1
              ? html`<strong>${what(events[0]!)}</strong> ${when(events[0]!)}`
              : html`<details><summary><strong>${summaryOf(events)}</strong> ${when(events[0]!)}</summary>${list()}</details>`
          }
          ${reasonOf(events[0]!)}
          <p class="vf-hint">
            ${here ? 'This session' : device}${ip_address ? html` · ${ip_address}` : nothing}
          </p>
        </div>
      </li>
    `;
  }

  protected read(): Promise<Rows<AuditEventView>> {
    return readNewestRows(this.paging.wanted, 'before_id', async (asked) => {
      const page = await session.request<AuditView>('GET', `/api/audit?${asked}`, { background: true });
      return { rows: page.events, next: page.next_before_id };
    });
  }
}

function what({ type, platform_name }: AuditEventView): TemplateResult {
  return html`${AUDIT_WORDS[type][1]}${platform_name ? html` <bdi>${platform_name}</bdi>` : nothing}`;
}

/** The day is in the heading, so the time is enough. */
function when({ at }: AuditEventView): TemplateResult {
  return html`<time class="vf-hint" datetime=${at} title=${formatDateTime(at)}>${formatTime(at)}</time>`;
}

function summaryOf(events: AuditEventView[]): TemplateResult {
  const [first] = events as [AuditEventView];
  const times = `${events.length} times`;
  if (first.type === 'sign_in_failed') return html`A sign-in failed ${times}`;
  if (first.type === 'platform_switched') return html`Switched ${times}, at last to <bdi>${first.platform_name}</bdi>`;
  return html`${what(first)}, ${times}`;
}

function reasonOf({ type, reason }: AuditEventView): TemplateResult | typeof nothing {
  const words = type === 'session_ended' ? sessionEndMessage(reason) : null;
  return words ? html`<p class="vf-hint">${words}</p>` : nothing;
}

customElements.define('app-activity', ActivityPage);
