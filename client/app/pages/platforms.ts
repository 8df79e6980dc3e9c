import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ImportView, PlatformTestView, PlatformView } from '../../../src/protocol/http';
import { isApiError } from '../../core/errors';
import { avatar } from '../../elements/avatar';
import { confirm } from '../../elements/confirm';
import { signInAtInstance } from '../../elements/connect';
import { messageOf } from '../../elements/error-messages';
import { hostOf, TYPE_NAMES } from '../../elements/format';
import { icon } from '../../elements/icon';
import { notify } from '../../elements/notify';
import { PlatformsElement } from '../../elements/platforms';
import { renameForm } from '../../elements/rename-form';
import { session } from '../../elements/session';
import type { Action } from '../lib/action-menu';
import { emptyState } from '../lib/empty-state';
import '../lib/action-menu';
import './connect-form';

type Method = 'POST' | 'PATCH' | 'DELETE';

class PlatformsPage extends PlatformsElement {
  private renaming: number | null = null;
  /** Id of the platform that a request is running for. */
  private busy: number | null = null;
  /** The last error of each instance, by platform id: a rejection, or no answer. */
  private readonly faults = new Map<number, string>();

  protected override render(): TemplateResult {
    // The form is drawn together with the list: in a narrow window it is below the list and would be pushed down.
    return html`
      <h1 tabindex="-1">Platforms</h1>
      <p class="lead">Your accounts. What you switch to here is active in every tab and on every device of yours.</p>
      <div class="columns">
        <div>${this.content ? this.list(this.content) : this.waiting('Reading your platforms')}</div>
        ${this.content || this.failure ? html`<app-connect-form></app-connect-form>` : nothing}
      </div>
    `;
  }

  private list(platforms: PlatformView[]): TemplateResult {
    if (platforms.length === 0) return emptyState('link', 'No platform is connected yet.');
    const cards = repeat(
      platforms,
      ({ id }) => id,
      (platform) => this.card(platform),
    );
    return html`<ul class="vf-cards" data-platforms>${cards}</ul>`;
  }

  private card(platform: PlatformView): TemplateResult {
    const { id, name, platform_type, instance_url, username, display_name, is_default, needs_reconnect } = platform;
    const active = session.getState()?.platform?.id === id;
    const account = username ? `@${username.replace(/^@/, '')}` : null;
    // The whole card is the button; other controls are layered above it.
    const use = html`
      <button type="button" class="platform-use" aria-label="Use ${name}" @click=${() => this.use(id)}>
        <bdi>${name}</bdi>
      </button>
    `;
    return html`
      <li class="vf-card platform" data-platform-id=${id} data-active=${active} aria-busy=${this.busy === id}>
        ${avatar(platform)}
        <div class="platform-text">
          <h2>
            ${active ? html`<bdi>${name}</bdi>` : use}
            ${active ? html`<span class="vf-badge" data-kind="good">Active</span>` : nothing}
            ${is_default ? html`<span class="vf-badge">Default</span>` : nothing}
            ${needs_reconnect ? html`<span class="vf-badge" data-kind="danger">Reconnect needed</span>` : nothing}
          </h2>
          <p class="vf-hint">
            ${TYPE_NAMES[platform_type]} · ${display_name ? html`<bdi>${display_name}</bdi> · ` : nothing}${
              account ? html`<bdi>${account}</bdi>@` : nothing
            }<bdi>${hostOf(instance_url)}</bdi>
          </p>
          <div role="alert">${this.faults.has(id) ? html`<p class="note" data-kind="error">${this.faults.get(id)}</p>` : nothing}</div>
          ${needs_reconnect ? this.reconnect(platform) : nothing}
          ${this.renaming === id ? this.renameForm(platform) : nothing}
        </div>
        ${this.menu(platform)}
      </li>
    `;
  }

  private reconnect({ id, instance_url, platform_type, name, reconnect_reason }: PlatformView): TemplateResult {
    const again = () => this.attempt(() => signInAtInstance({ instance_url, platform_type, name }));
    return html`
      <p class="note" data-kind="warning">
        ${this.faults.has(id) ? nothing : (reconnect_reason ?? 'The instance has refused this connection.')} Nothing can be posted until you sign in there
        once more.
        <button type="button" class="vf-button" data-kind="primary" @click=${again}>${icon('log-in')} Reconnect</button>
      </p>
    `;
  }

  private menu(platform: PlatformView): TemplateResult {
    const { id, name, is_default } = platform;
    const actions: Action[] = [
      { icon: 'circle-check', label: 'Test', run: () => this.test(id) },
      { icon: 'download', label: 'Import', run: () => this.import(id) },
      { icon: 'pencil', label: 'Rename', run: () => this.rename(id) },
      { icon: 'trash-2', label: 'Remove', run: () => this.disconnect(platform) },
    ];
    if (!is_default) actions.unshift({ icon: 'star', label: 'Make default', run: () => this.makeDefault(id) });
    return html`<app-action-menu .of=${name} .actions=${actions}></app-action-menu>`;
  }

  private renameForm({ id, name }: PlatformView): TemplateResult {
    const save = async (wanted: string) => {
      if (await this.change(id, 'PATCH', '', { name: wanted })) await this.renamed(id);
    };
    return renameForm({ id, name, maxLength: 100, save, cancel: () => this.renamed(id) });
  }

  private async rename(id: number): Promise<void> {
    this.renaming = id;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLInputElement>('form[name="rename"] input')?.select();
  }

  private renamed(id: number): Promise<void> {
    this.renaming = null;
    this.requestUpdate();
    return this.goOn(id);
  }

  private async use(id: number): Promise<void> {
    await this.attempt(() => session.switchPlatform(id));
    await this.goOn(id);
  }

  private async makeDefault(id: number): Promise<void> {
    if (await this.change(id, 'POST', '/default')) await this.goOn(id);
  }

  /** The pressed button is gone: moves the focus to the menu of that card, or else to the heading. */
  private async goOn(id: number | undefined): Promise<void> {
    await this.updateComplete;
    const { activeElement } = document;
    const card = this.querySelector(`[data-platform-id="${id}"]`);
    // The focus is left alone if the user has moved it since.
    if (activeElement !== document.body && !card?.contains(activeElement)) return;
    const next = card?.querySelector<HTMLElement>('app-action-menu > button');
    (next ?? this.querySelector('h1'))?.focus();
  }

  private test(id: number): Promise<boolean> {
    return this.ask(id, async () => {
      const { account } = await session.request<PlatformTestView>('POST', `/api/platforms/${id}/test`, { body: {} });
      notify(`It works: you are ${account.display_name || account.username} there.`, 'success');
    });
  }

  private import(id: number): Promise<boolean> {
    return this.ask(id, async () => {
      const read = await session.request<ImportView>('POST', `/api/platforms/${id}/import`, { body: {} });
      const { imported, left_out, running, error } = read;
      const some = imported === 1 ? 'One post was read in' : `${imported} posts were read in`;
      const rest = left_out > 0 ? `; ${left_out} could not be read` : '';
      if (running) notify(`${some} so far; the rest follows by itself. ${error ?? ''}`, 'success');
      else notify(imported + left_out === 0 ? 'All its posts were here already.' : `${some}${rest}.`, 'success');
    });
  }

  private async disconnect({ id, name }: PlatformView): Promise<void> {
    const text = 'Its posts here will no longer be shown. Nothing is deleted on the platform itself.';
    if (!(await confirm({ title: `Remove ${name}?`, text, action: 'Remove' }))) return;
    const at = this.content?.findIndex((each) => each.id === id) ?? 0;
    if (!(await this.change(id, 'DELETE', '', undefined, `${name} was removed.`))) return;
    await this.goOn((this.content?.[at] ?? this.content?.at(-1))?.id);
  }

  private change(id: number, method: Method, path: string, body?: unknown, done?: string): Promise<boolean> {
    const payload = method === 'POST' ? {} : body;
    return this.ask(id, async () => {
      await session.request(method, `/api/platforms/${id}${path}`, { body: payload });
      if (done) notify(done, 'success');
      await this.reload();
    });
  }

  /** Marks the platform as busy during the request; an error of its instance is shown in its card. */
  private async ask(id: number, task: () => Promise<void>): Promise<boolean> {
    this.busy = id;
    this.faults.delete(id);
    this.requestUpdate();
    const went = await this.attempt(() =>
      task().catch((error: unknown) => {
        if (!isInstanceFault(error)) throw error;
        this.faults.set(id, this.faultOf(id, error));
      }),
    );
    this.busy = null;
    this.requestUpdate();
    return went && !this.faults.has(id);
  }

  private faultOf(id: number, error: unknown): string {
    const host = hostOf(this.content?.find((each) => each.id === id)?.instance_url ?? '');
    const message = messageOf(error);
    return message.includes(host) ? message : `${host}: ${message}`;
  }
}

const isInstanceFault = (error: unknown): boolean =>
  isApiError(error) && ['PLATFORM_REJECTED', 'PLATFORM_UNREACHABLE'].includes(error.error_code);

customElements.define('app-platforms', PlatformsPage);
