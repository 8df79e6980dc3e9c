import { html, nothing, type TemplateResult } from 'lit';
import type { DeviceView } from '../../../src/protocol/http';
import { confirm } from '../../elements/confirm';
import { moment } from '../../elements/format';
import { withRecentLogin } from '../../elements/recent-login';
import { session } from '../../elements/session';
import { View } from '../lib/view';

export class DevicesPage extends View {
  private devices: DeviceView[] | null = null;

  constructor(root: HTMLElement) {
    super(root);
    this.draw();
    void this.load();
    // No event tells of other devices: look again when the person does.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && session.getState()) void this.load();
    });
  }

  protected template(): TemplateResult {
    const others = this.devices?.filter(({ current }) => !current).length ?? 0;
    return html`
      <h1>Devices</h1>
      <p>Where you are signed in. Sign out what you do not know, and then change your password.</p>
      ${
        others > 0
          ? html`<p><button type="button" class="danger" @click=${this.endOthers}>Sign out all other devices</button></p>`
          : nothing
      }
      ${
        this.devices
          ? html`<ul class="cards" id="devices">${this.devices.map((device) => this.device(device))}</ul>`
          : html`<p>Loading…</p>`
      }
    `;
  }

  private device(device: DeviceView): TemplateResult {
    return html`
      <li class="card" data-session-id=${device.id}>
        <h2>
          ${device.device} ${device.current ? html`<span class="badge">This device</span>` : nothing}
          ${device.online || device.current ? html`<span class="badge badge-good">Online</span>` : nothing}
        </h2>
        <dl class="facts">
          <dt>Address</dt>
          <dd>${device.ip_address}</dd>
          <dt>Signed in</dt>
          <dd>${moment(device.created_at)}</dd>
          <dt>Last active</dt>
          <dd>${moment(device.last_activity)}</dd>
          <dt>Platform</dt>
          <dd>${device.platform?.name ?? 'None'}</dd>
        </dl>
        <button type="button" @click=${() => this.end(device)} aria-label="Sign out ${device.device}">Sign out</button>
      </li>
    `;
  }

  private async load(): Promise<void> {
    await this.attempt(async () => {
      const { sessions } = await session.request<{ sessions: DeviceView[] }>('GET', '/api/sessions', {
        background: true,
      });
      this.devices = sessions;
    });
  }

  private async end(device: DeviceView): Promise<void> {
    const title = device.current ? 'Sign out here?' : `Sign out ${device.device}?`;
    const text = 'All its tabs will be signed out at once.';
    if (!(await confirm({ title, text, action: 'Sign out' }))) return;
    if (device.current) return void (await this.attempt(() => session.logout()));
    const path = `/api/sessions/${encodeURIComponent(device.id)}`;
    if (
      await this.attempt(
        () => withRecentLogin(() => session.request('DELETE', path)),
        `${device.device} was signed out.`,
      )
    )
      await this.load();
  }

  private readonly endOthers = async (): Promise<void> => {
    const text = 'You will stay signed in on this device only.';
    if (!(await confirm({ title: 'Sign out all other devices?', text, action: 'Sign out all' }))) return;
    const done = 'All other devices were signed out.';
    const task = () => withRecentLogin(() => session.request('POST', '/api/sessions/end_others', { body: {} }));
    if (await this.attempt(task, done)) await this.load();
  };
}
