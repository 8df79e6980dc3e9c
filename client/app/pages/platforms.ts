import { html, nothing, type TemplateResult } from 'lit';
import type { PlatformView, UserPlatformsView } from '../../../src/protocol/http';
import { confirm } from '../../elements/confirm';
import { TYPE_NAMES } from '../../elements/format';
import { on, session } from '../../elements/session';
import { View } from '../lib/view';
import { ConnectForm } from './connect-form';

export class PlatformsPage extends View {
  private platforms: PlatformView[] | null = null;
  private renaming: number | null = null;

  constructor(root: HTMLElement) {
    const list = document.createElement('div');
    const form = document.createElement('section');
    root.replaceChildren(list, form);
    super(list);
    this.draw();
    new ConnectForm(form).draw();
    on('platformsChanged', ({ platforms }) => {
      if (!platforms) return void this.load();
      this.platforms = platforms;
      this.draw();
    });
    on('sessionStateChanged', () => this.draw());
    void this.load();
  }

  protected template(): TemplateResult {
    return html`
      <h1>Platforms</h1>
      ${this.platforms ? this.list(this.platforms) : html`<p>Loading…</p>`}
    `;
  }

  private list(platforms: PlatformView[]): TemplateResult {
    if (platforms.length === 0) return html`<p>No platform is connected yet.</p>`;
    return html`<ul class="cards" id="platforms">${platforms.map((platform) => this.card(platform))}</ul>`;
  }

  private card(platform: PlatformView): TemplateResult {
    const active = session.getState()?.platform?.id === platform.id;
    return html`
      <li class="card" data-platform-id=${platform.id}>
        <h2>
          <span class="name">${platform.name}</span>
          <span class="badge">${TYPE_NAMES[platform.platform_type]}</span>
          ${active ? html`<span class="badge badge-good">Active</span>` : nothing}
          ${platform.is_default ? html`<span class="badge">Default</span>` : nothing}
        </h2>
        <p class="hint">${platform.username ? html`${platform.username} · ` : nothing}${platform.instance_url}</p>
        ${this.renaming === platform.id ? this.renameForm(platform) : this.actions(platform, active)}
      </li>
    `;
  }

  private actions(platform: PlatformView, active: boolean): TemplateResult {
    const { id, name } = platform;
    const button = (label: string, action: () => unknown, kind = '') =>
      html`<button type="button" class=${kind} aria-label="${label} ${name}" @click=${action}>${label}</button>`;
    return html`
      <div class="actions">
        ${active ? nothing : button('Use', () => this.attempt(() => session.switchPlatform(id)))}
        ${platform.is_default ? nothing : button('Make default', () => this.change(`${id}/default`, 'POST'))}
        ${button('Rename', () => this.rename(id))} ${button('Remove', () => this.remove(platform), 'danger')}
      </div>
    `;
  }

  private renameForm({ id, name }: PlatformView): TemplateResult {
    const submitted = async (event: SubmitEvent) => {
      event.preventDefault();
      const wanted = String(new FormData(event.target as HTMLFormElement).get('name'));
      if (await this.change(String(id), 'PATCH', { name: wanted })) this.rename(null);
    };
    return html`
      <form class="inline" name="rename" @submit=${submitted}>
        <label for="rename-${id}">New name</label>
        <input id="rename-${id}" name="name" required maxlength="100" autocomplete="off" .defaultValue=${name} />
        <button type="submit" class="primary">Save</button>
        <button type="button" @click=${() => this.rename(null)}>Cancel</button>
      </form>
    `;
  }

  private rename(id: number | null): void {
    this.renaming = id;
    this.draw();
    this.root.querySelector<HTMLInputElement>('form[name="rename"] input')?.select();
  }

  private async remove({ id, name }: PlatformView): Promise<void> {
    const text = 'Its posts here will no longer be shown. Nothing is deleted on the platform itself.';
    if (await confirm({ title: `Remove ${name}?`, text, action: 'Remove' })) {
      await this.change(String(id), 'DELETE', undefined, `${name} was removed.`);
    }
  }

  private async change(path: string, method: 'POST' | 'PATCH' | 'DELETE', body?: unknown, done?: string) {
    const payload = method === 'POST' ? {} : body;
    const went = await this.attempt(() => session.request(method, `/api/platforms/${path}`, { body: payload }), done);
    if (went) await this.load();
    return went;
  }

  private async load(): Promise<void> {
    await this.attempt(async () => {
      const view = await session.request<UserPlatformsView>('GET', '/api/user_platforms', { background: true });
      this.platforms = view.platforms;
    });
  }
}
