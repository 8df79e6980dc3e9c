import { html, nothing, type TemplateResult } from 'lit';
import type { AuditEventView, AuditType, AuditView } from '../../../src/protocol/audit';
import { farewellWords } from '../../../src/protocol/end-reasons';
import { ago, moment } from '../../elements/format';
import { icon } from '../../elements/icon';
import type { IconName } from '../../elements/icons';
import { placeholder } from '../../elements/placeholder';
import { session } from '../../elements/session';
import { SessionElement } from '../../elements/session-element';
import { empty } from '../lib/empty';

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
};

class ActivityPage extends SessionElement {
  private events: AuditEventView[] | null = null;
  private next: number | null = null;

  protected override begin(): void {
    void this.load();
  }

  protected override render(): TemplateResult {
    return html`
      <h1>Activity</h1>
      <p class="lead">What was done with your account, newest first. Is there something that you did not do?
        <a href="/devices">Look at your devices</a>.</p>
      ${this.events ? this.list(this.events) : placeholder('Reading what was done')}
    `;
  }

  private list(events: AuditEventView[]): TemplateResult {
    if (events.length === 0) return empty('activity', 'Nothing has been done yet.');
    return html`
      <ol class="trail" data-trail>${events.map((event) => this.event(event))}</ol>
      ${
        this.next === null
          ? nothing
          : html`<button type="button" class="vf-button" @click=${() => this.load()}>${icon('chevron-down')} Older</button>`
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
          ${type === 'session_ended' && reason ? html`<p class="vf-hint">${farewellWords(reason)}</p>` : nothing}
          <p class="vf-hint">
            <time datetime=${at} title=${moment(at)}>${ago(at)}</time> · ${device} · ${ip_address}
          </p>
        </div>
      </li>
    `;
  }

  private async load(): Promise<void> {
    const before = this.next === null ? '' : `&before_id=${this.next}`;
    await this.attempt(async () => {
      const path = `/api/audit?limit=30${before}`;
      const { events, next_before_id } = await session.request<AuditView>('GET', path, { background: before === '' });
      this.events = [...(this.events ?? []), ...events];
      this.next = next_before_id;
    });
  }
}

customElements.define('app-activity', ActivityPage);
