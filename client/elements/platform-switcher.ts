import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { PlatformView, SwitchScope } from '../../src/protocol/http';
import { avatar } from './avatar';
import { loadDrafts } from './composer/load-drafts';
import { defineElement } from './define-element';
import { retryButton } from './error-messages';
import { icon } from './icon';
import { optionId, type PlatformListView, platformFilter, platformList } from './platform-list';
import { PlatformsElement } from './platforms';
import { placeAt } from './popover';
import { session } from './session';
import { isShortcut } from './shortcut';
import { TypeAhead } from './type-ahead';

/** Longer lists have a filter field. */
const FILTER_ABOVE = 7;

/**
 * `<vf-platform-switcher>`: the active platform, and the others in a listbox, after the ARIA authoring practices.
 * Attributes: `scope` (`session`: switches this session only; `tab`: this tab only), `shortcut` (`Alt+P`), `manage`
 * (URL of the page where platforms are connected; `/platforms`).
 */
export class PlatformSwitcher extends PlatformsElement {
  static override properties = { scope: {}, shortcut: {}, manage: {} };
  declare scope: SwitchScope | 'tab' | null;
  declare shortcut: string | null;
  declare manage: string | null;

  private readonly listId = this.uniqueId('list');
  private open = false;
  private withDrafts: ReadonlySet<number> = new Set();
  private filter = '';
  /** Index of the active option among the shown ones. */
  private at = 0;
  private readonly typeAhead = new TypeAhead();

  protected override begin(): void {
    this.listen('platformSwitching', () => this.requestUpdate());
    window.addEventListener('keydown', this.shortcutKey);
    super.begin();
  }

  protected override disconnected(): void {
    window.removeEventListener('keydown', this.shortcutKey);
  }

  protected override get isDrawn(): boolean {
    return this.content !== null || this.failure !== '';
  }

  /** The list may have become shorter. */
  protected override willUpdate(): void {
    this.at = Math.max(0, Math.min(this.at, this.options().length - 1));
  }

  protected override render(): TemplateResult {
    if (!this.content) return this.failed();
    const manage = this.manage ?? '/platforms';
    if (this.content.length === 0) {
      return html`<a href=${manage} class="vf-button">${icon('plus')} Connect a platform</a>`;
    }
    const shown = this.shown();
    const pin = pinnedPart();
    const active = shown ?? { id: 0, name: 'Choose a platform', instance_url: '' };
    return html`
      <button
        type="button"
        class="vf-button vf-switcher-button"
        aria-haspopup="listbox"
        aria-expanded=${this.open}
        aria-controls=${this.listId}
        aria-keyshortcuts=${this.shortcut ?? nothing}
        aria-busy=${session.getSwitchingTo() !== null}
        @click=${() => (this.open ? this.close() : this.unfold())}
        @keydown=${this.buttonKey}
      >
        ${shown ? avatar(shown) : icon('arrow-left-right')}
        <span class="vf-hidden">Active platform: </span><span class="vf-switcher-name">${active.name}</span>
        ${pin ? html`${icon('pin')}<span class="vf-hidden">, ${pin.toLowerCase()} only</span>` : nothing}
        ${icon(session.getSwitchingTo() === null ? 'chevron-down' : 'loader-circle')}
      </button>
      <div class="vf-popover vf-switcher" popover @toggle=${this.toggled}>
        ${this.content.length > FILTER_ABOVE ? platformFilter(this.listView, this.filter, this.filtered) : nothing}
        ${platformList(this.listView)}
        ${
          pin
            ? html`<p class="vf-switcher-pin">
                ${icon('pin')} <span>${pin} stays here when you switch elsewhere.</span>
                <button type="button" class="vf-button" @click=${this.follow}>Follow the others</button>
              </p>`
            : nothing
        }
        <p class="vf-switcher-foot">
          ${this.scopeChoice('session', 'This device only')} ${this.scopeChoice('tab', 'This tab only')}
          <a href=${manage}>${icon('plus')} Add or manage</a>
          ${this.shortcut ? html`<kbd class="vf-hint">${this.shortcut}</kbd>` : nothing}
        </p>
      </div>
    `;
  }

  /** A page header has no room for the error: it is announced to screen readers, and shown as a tooltip. */
  private failed(): TemplateResult {
    const { failure, reading } = this;
    // Screen readers announce only changes of an element that existed before.
    return html`
      <span class="vf-hidden" role="status">${reading ? '' : failure}</span>
      ${failure ? html`<span title=${failure}>${retryButton('Platforms: try again', reading, this.reload)}</span>` : nothing}
    `;
  }

  private get listView(): PlatformListView {
    const { listId: id, at, open, withDrafts } = this;
    return {
      id,
      options: this.options(),
      at,
      open,
      withDrafts,
      choose: (index) => this.choose(index),
      press: this.listKey,
    };
  }

  /** The platform on the button: the target of a pending switch, else the active one. */
  private shown(): PlatformView | null {
    const wanted = session.getSwitchingTo() ?? session.getState()?.platform?.id;
    return this.content?.find(({ id }) => id === wanted) ?? null;
  }

  private options(): PlatformView[] {
    const wanted = this.filter.trim().toLocaleLowerCase();
    const all = this.content ?? [];
    if (wanted === '') return all;
    return all.filter(({ name, instance_url }) => `${name} ${instance_url}`.toLocaleLowerCase().includes(wanted));
  }

  private get panel(): HTMLElement | null {
    return this.querySelector('.vf-switcher');
  }

  private get button(): HTMLElement | null {
    return this.querySelector('.vf-switcher-button');
  }

  private unfold(): void {
    this.filter = '';
    this.at = Math.max(
      0,
      this.options().findIndex(({ id }) => id === session.getState()?.platform?.id),
    );
    this.panel?.showPopover();
    void this.readDrafts();
    // At once, not on the `toggle` event: the next key press may come before it.
    this.panel?.querySelector<HTMLElement>('.vf-input, [role="listbox"]')?.focus();
  }

  private async readDrafts(): Promise<void> {
    const userId = session.getState()?.user.id;
    if (userId === undefined) return;
    this.withDrafts = await loadDrafts().then(
      ({ drafts }) => drafts.platforms(userId),
      () => new Set<number>(),
    );
    this.requestUpdate();
  }

  private close(): void {
    this.panel?.hidePopover();
  }

  private readonly toggled = (event: ToggleEvent): void => {
    this.open = event.newState === 'open';
    const { panel, button } = this;
    if (this.open && panel && button) placeAt(panel, button);
    const left = document.activeElement === document.body || this.contains(document.activeElement);
    // The focus is left alone if the user has clicked elsewhere.
    if (!this.open && left) button?.focus();
    this.requestUpdate();
  };

  private choose(index: number): void {
    const platform = this.options()[index];
    this.close();
    const state = session.getState();
    const scope = this.chosenScope;
    // The shown platform may be chosen again for another scope.
    const isSame = platform?.id === state?.platform?.id && scope === currentScope();
    if (!platform || isSame || session.getSwitchingTo() !== null) return;
    void this.attempt(async () => {
      if (scope === 'tab') return session.pinTab(platform.id);
      if (state?.tabPinned) await session.pinTab(null);
      await session.switchPlatform(platform.id, scope === 'session' ? { scope } : {});
      this.scope = null;
    });
  }

  /** A pinned tab or device stays pinned after a switch, until the user unpins it. */
  private get chosenScope(): SwitchScope | 'tab' {
    return this.scope ?? currentScope();
  }

  private scopeChoice(scope: 'session' | 'tab', label: string): TemplateResult {
    const chosen = (event: Event): void => {
      this.scope = (event.target as HTMLInputElement).checked ? scope : 'all';
    };
    return html`<label><input type="checkbox" .checked=${live(this.chosenScope === scope)} @change=${chosen} /> ${label}</label>`;
  }

  private readonly follow = (): void => {
    this.close();
    this.scope = null;
    void this.attempt(async () => {
      if (session.getState()?.tabPinned) return session.pinTab(null);
      await session.followSession();
    });
  };

  private readonly filtered = (event: Event): void => {
    this.filter = (event.target as HTMLInputElement).value;
    this.at = 0;
    this.requestUpdate();
  };

  private readonly buttonKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    this.unfold();
  };

  /** Esc and clicks outside are handled by the popover. */
  private readonly listKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target instanceof HTMLInputElement;
    const last = this.options().length - 1;
    const typing = inField || this.typeAhead.isTyping(event.timeStamp);
    if (event.key === 'Enter' || (event.key === ' ' && !typing)) this.choose(this.at);
    else if (event.key === 'ArrowDown') this.move(Math.min(last, this.at + 1));
    else if (event.key === 'ArrowUp') this.move(Math.max(0, this.at - 1));
    else if (event.key === 'Home' && !inField) this.move(0);
    else if (event.key === 'End' && !inField) this.move(last);
    else if (event.key.length === 1 && !inField) this.typed(event);
    else return;
    event.preventDefault();
  };

  private typed(event: KeyboardEvent): void {
    const names = this.options().map(({ name }) => name);
    const found = this.typeAhead.press(event.key, names, this.at, event.timeStamp);
    if (found !== null) this.move(found);
  }

  private move(to: number): void {
    this.at = Math.max(0, to);
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.querySelector(`#${optionId(this.listId, to)}`)?.scrollIntoView({ block: 'nearest' });
    });
  }

  private readonly shortcutKey = (event: KeyboardEvent): void => {
    if (!this.shortcut || !isShortcut(event, this.shortcut)) return;
    event.preventDefault();
    if (this.open) this.close();
    else this.unfold();
  };
}

function currentScope(): SwitchScope | 'tab' {
  const state = session.getState();
  if (state?.tabPinned) return 'tab';
  return state?.session.pinned ? 'session' : 'all';
}

/** What is pinned, as text; null: this tab follows the others. */
function pinnedPart(): string | null {
  const scope = currentScope();
  if (scope === 'all') return null;
  return scope === 'tab' ? 'This tab' : 'This device';
}

defineElement('vf-platform-switcher', PlatformSwitcher);
