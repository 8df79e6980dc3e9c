import { html, nothing, type TemplateResult } from 'lit';
import type { DeviceView } from '../../src/protocol/http';
import { confirm } from './confirm';
import { defineElement } from './define-element';
import { deviceName, formatDateTime, formatRelativeTime } from './format';
import { icon } from './icon';
import { ReadingElement } from './reading-element';
import { withRecentLogin } from './recent-login';
import { renameForm } from './rename-form';
import { session } from './session';

const PHONES = /android|ios|iphone|ipad|mobile/i;

/** `<vf-device-list>`: the devices on which the user is signed in, with buttons to sign out. */
export class DeviceList extends ReadingElement<DeviceView[]> {
  private renaming: string | null = null;

  protected override render(): TemplateResult | typeof nothing {
    if (!this.content) return this.waiting('Looking for your devices', 2);
    const others = this.content.length - 1;
    return html`
      <ul class="vf-cards" data-devices tabindex="-1">${this.content.map((device) => this.device(device))}</ul>
      ${
        others > 0
          ? html`<p>
              <button type="button" class="vf-button" data-kind="danger" @click=${this.endOthers}>
                ${icon('log-out')} Sign out all other devices
              </button>
            </p>`
          : html`<p class="vf-hint">You are signed in nowhere else.</p>`
      }
    `;
  }

  private device(device: DeviceView): TemplateResult {
    const { id, current, online, platform } = device;
    const name = deviceName(device);
    return html`
      <li class="vf-card vf-device" data-session-id=${id} data-current=${current}>
        <span class="vf-device-icon">${icon(PHONES.test(device.device) ? 'smartphone' : 'laptop')}</span>
        <div class="vf-device-text">
          <h2>
            <bdi>${name}</bdi> ${current ? html`<span class="vf-badge">This device</span>` : nothing}
            ${online || current ? html`<span class="vf-badge" data-kind="good">Online</span>` : nothing}
          </h2>
          <p class="vf-hint">
            ${device.name ? `${device.device} · ` : nothing}${device.ip_address} · on ${platform ? html`<strong><bdi>${platform.name}</bdi></strong>` : 'no platform'} · active
            <time datetime=${device.last_activity} title=${formatDateTime(device.last_activity)}>${formatRelativeTime(device.last_activity)}</time>
            · signed in ${formatDateTime(device.created_at)}
          </p>
          ${this.renaming === id ? this.renameForm(device) : nothing}
        </div>
        <button
          type="button" class="vf-button" data-kind="quiet" name="rename" aria-label="Rename ${name}"
          @click=${() => this.rename(id)}
        >
          ${icon('pencil')} Rename
        </button>
        <button type="button" class="vf-button" name="sign-out" aria-label="Sign out ${name}" @click=${() => this.endSession(device)}>
          Sign out
        </button>
      </li>
    `;
  }

  private renameForm({ id, name }: DeviceView): TemplateResult {
    const save = async (wanted: string) => {
      const path = `/api/sessions/${encodeURIComponent(id)}`;
      if (!(await this.attempt(() => session.request('PATCH', path, { body: { name: wanted } })))) return;
      await this.reload();
      await this.renamed(id);
    };
    return renameForm({ id, name: name ?? '', maxLength: 60, optional: true, save, cancel: () => this.renamed(id) });
  }

  private async rename(id: string): Promise<void> {
    this.renaming = id;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLInputElement>('form[name="rename"] input')?.select();
  }

  private async renamed(id: string): Promise<void> {
    this.renaming = null;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>(`[data-session-id="${id}"] [name="rename"]`)?.focus();
  }

  protected async read(): Promise<DeviceView[]> {
    const { sessions } = await session.request<{ sessions: DeviceView[] }>('GET', '/api/sessions', {
      background: true,
    });
    return sessions.sort((a, b) => Number(b.current) - Number(a.current));
  }

  /** Rows are rendered by index, so the focus must follow its device, or move to the list if that is gone. */
  protected override async show(devices: DeviceView[] | null, failure?: string): Promise<void> {
    const pressed = this.querySelector<HTMLButtonElement | HTMLInputElement>('li :focus');
    const id = pressed?.closest<HTMLElement>('li')?.dataset.sessionId;
    await super.show(devices, failure);
    if (!pressed) return;
    const kept = this.querySelector<HTMLElement>(`[data-session-id="${id}"] [name="${pressed.name}"]`);
    (kept ?? this.querySelector('ul'))?.focus();
  }

  private async endSession(device: DeviceView): Promise<void> {
    const name = deviceName(device);
    const title = device.current ? 'Sign out here?' : `Sign out ${name}?`;
    const text = 'All its tabs will be signed out at once.';
    if (!(await confirm({ title, text, action: 'Sign out' }))) return;
    if (device.current) return void (await this.attempt(() => session.logout()));
    const task = () =>
      withRecentLogin(() => session.request('DELETE', `/api/sessions/${encodeURIComponent(device.id)}`));
    if (await this.attempt(task, `${name} was signed out.`)) await this.reload();
  }

  private readonly endOthers = async (): Promise<void> => {
    const text = 'You will stay signed in on this device only.';
    if (!(await confirm({ title: 'Sign out all other devices?', text, action: 'Sign out all' }))) return;
    const task = () => withRecentLogin(() => session.request('POST', '/api/sessions/end_others', { body: {} }));
    if (await this.attempt(task, 'All other devices were signed out.')) await this.reload();
  };
}

defineElement('vf-device-list', DeviceList);
