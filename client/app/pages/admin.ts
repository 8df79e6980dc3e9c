import { html, nothing, type TemplateResult } from 'lit';
import type { AdminSessionsView, AdminSessionView, OperationReport } from '../../../src/protocol/admin';
import { confirm } from '../../elements/confirm';
import { ago, moment } from '../../elements/format';
import { icon } from '../../elements/icon';
import { notify } from '../../elements/notify';
import { placeholder } from '../../elements/placeholder';
import { session } from '../../elements/session';
import { SessionElement } from '../../elements/session-element';
import { empty } from '../lib/empty';

const PAGE = 30;

/** Everybody's sessions, and how fast the server is. */
class AdminPage extends SessionElement {
  private sessions: AdminSessionView[] | null = null;
  private next: string | null = null;
  private query = '';
  private operations: OperationReport[] = [];

  protected override begin(): void {
    void this.search();
    void this.measure();
  }

  protected override render(): TemplateResult {
    return html`
      <h1>Administration</h1>
      <section aria-labelledby="sessions-title">
        <h2 id="sessions-title">Sessions</h2>
        <form class="inline" role="search" @submit=${this.submitted}>
          <input
            class="vf-input" name="query" type="search" maxlength="64" autocomplete="off"
            aria-label="User name, or the beginning of a session's id" placeholder="User name or session"
          />
          <button type="submit" class="vf-button">${icon('search')} Search</button>
          <button type="button" class="vf-button" @click=${this.cleanUp}>Clean up what has expired</button>
        </form>
        ${this.sessions ? this.list(this.sessions) : placeholder('Reading the sessions')}
      </section>
      <section aria-labelledby="performance-title">
        <h2 id="performance-title">Performance</h2>
        ${this.performance()}
      </section>
    `;
  }

  private list(sessions: AdminSessionView[]): TemplateResult {
    if (sessions.length === 0) return empty('search', 'There is no such session.');
    return html`
      <ul class="vf-cards" data-sessions>${sessions.map((each) => this.one(each))}</ul>
      ${
        this.next === null
          ? nothing
          : html`<button type="button" class="vf-button" @click=${() => this.load(this.next)}>
              ${icon('chevron-down')} More
            </button>`
      }
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
            <time datetime=${last_activity} title=${moment(last_activity)}>${ago(last_activity)}</time>
          </p>
        </div>
        <button
          type="button" class="vf-button" data-kind="danger" aria-label="End the session of ${user.username}, ${device}"
          @click=${() => this.end(each)}
        >
          End
        </button>
      </li>
    `;
  }

  private performance(): TemplateResult {
    if (this.operations.length === 0) return html`<p class="vf-hint">Nothing has been measured yet.</p>`;
    const heads = ['Operation', 'Count', 'Errors', 'p50 ms', 'p95 ms', 'p99 ms', 'Max ms'];
    return html`
      <div class="wide" tabindex="0" role="region" aria-labelledby="performance-title">
        <table>
          <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
          <tbody>
            ${this.operations.map(
              ({ operation, count, errors, p50, p95, p99, max }) => html`
                <tr>
                  <th scope="row">${operation}</th>
                  ${[count, errors, p50, p95, p99, max].map((figure) => html`<td>${figure}</td>`)}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  private readonly submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    this.query = String(new FormData(event.target as HTMLFormElement).get('query'));
    void this.search();
  };

  private async search(): Promise<void> {
    this.sessions = null;
    await this.load(null);
  }

  private async load(before: string | null): Promise<void> {
    const asked = new URLSearchParams({ limit: String(PAGE), query: this.query, ...(before && { before }) });
    await this.attempt(async () => {
      const path = `/api/admin/sessions?${asked}`;
      const { sessions, next_before } = await session.request<AdminSessionsView>('GET', path, { background: true });
      this.sessions = [...(this.sessions ?? []), ...sessions];
      this.next = next_before;
    });
  }

  private async measure(): Promise<void> {
    await this.attempt(async () => {
      const answer = await session.request<{ operations: OperationReport[] }>('GET', '/api/admin/performance', {
        background: true,
      });
      this.operations = answer.operations;
    });
  }

  private async end({ id, user, device }: AdminSessionView): Promise<void> {
    const text = `${device}: all its tabs will be signed out at once.`;
    if (!(await confirm({ title: `End this session of ${user.username}?`, text, action: 'End it' }))) return;
    const path = `/api/admin/sessions/${encodeURIComponent(id)}`;
    if (await this.attempt(() => session.request('DELETE', path), 'The session was ended.')) await this.search();
  }

  private readonly cleanUp = async (): Promise<void> => {
    await this.attempt(async () => {
      const { cleaned } = await session.request<{ cleaned: number }>('POST', '/api/cleanup_sessions', { body: {} });
      notify(cleaned === 1 ? 'One session was cleaned up.' : `${cleaned} sessions were cleaned up.`, 'success');
    });
    await this.search();
  };
}

customElements.define('app-admin', AdminPage);
