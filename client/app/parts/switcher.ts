import { html, nothing, type TemplateResult } from 'lit';
import type { PlatformView, UserPlatformsView } from '../../../src/protocol/http';
import { TYPE_NAMES } from '../../elements/format';
import { on, session } from '../../elements/session';
import { View } from '../lib/view';

/** Between two letters of one word typed to find an option. */
const TYPE_AHEAD_MS = 600;

/** The active platform, and the others: a button with a listbox, after the ARIA authoring practices. */
export class Switcher extends View {
  private platforms: PlatformView[] = [];
  private open = false;
  /** The option that the keyboard is on. */
  private at = 0;
  private switchingTo: string | null = null;
  private typed = '';
  private typedTimer = 0;

  constructor(root: HTMLElement) {
    super(root);
    on('sessionStateChanged', () => this.draw());
    on('platformsChanged', ({ platforms }) => (platforms ? this.show(platforms) : void this.load()));
    root.addEventListener('focusout', (event) => {
      if (this.open && !root.contains(event.relatedTarget as Node | null)) this.close(false);
    });
    void this.load();
  }

  protected template(): TemplateResult {
    if (this.platforms.length === 0) return html`<a href="/platforms" class="button">Connect a platform</a>`;
    return html`
      <span id="switcher-label" class="visually-hidden">Active platform</span>
      <button
        type="button"
        id="switcher-button"
        aria-haspopup="listbox"
        aria-expanded=${this.open}
        aria-controls="switcher-list"
        aria-labelledby="switcher-label switcher-value"
        aria-busy=${this.switchingTo !== null}
        @click=${() => (this.open ? this.close(true) : this.openList())}
        @keydown=${this.buttonKey}
      >
        <span id="switcher-value">${this.value()}</span>
      </button>
      <ul
        role="listbox"
        id="switcher-list"
        tabindex="-1"
        aria-labelledby="switcher-label"
        aria-activedescendant=${this.open ? `switcher-option-${this.at}` : nothing}
        ?hidden=${!this.open}
        @keydown=${this.listKey}
      >
        ${this.platforms.map((platform, index) => this.option(platform, index))}
      </ul>
    `;
  }

  private option(platform: PlatformView, index: number): TemplateResult {
    return html`
      <li
        role="option"
        id="switcher-option-${index}"
        class=${index === this.at ? 'current' : ''}
        aria-selected=${platform.id === this.active()?.id}
        data-platform-id=${platform.id}
        @click=${() => void this.choose(index)}
      >
        <span>${platform.name}</span> <span class="hint">${TYPE_NAMES[platform.platform_type]}</span>
      </li>
    `;
  }

  private active() {
    return session.getState()?.platform ?? null;
  }

  private value(): string {
    if (this.switchingTo !== null) return `Switching to ${this.switchingTo}…`;
    return this.active()?.name ?? 'Choose a platform';
  }

  private async load(): Promise<void> {
    await this.attempt(async () => {
      const { platforms } = await session.request<UserPlatformsView>('GET', '/api/user_platforms', {
        background: true,
      });
      this.show(platforms);
    });
  }

  private show(platforms: PlatformView[]): void {
    this.platforms = platforms;
    this.at = Math.min(this.at, Math.max(0, platforms.length - 1));
    this.draw();
  }

  private openList(): void {
    this.open = true;
    const active = this.platforms.findIndex(({ id }) => id === this.active()?.id);
    this.at = Math.max(0, active);
    this.draw();
    this.root.querySelector<HTMLElement>('#switcher-list')?.focus();
  }

  private close(returnFocus: boolean): void {
    this.open = false;
    this.draw();
    if (returnFocus) this.root.querySelector<HTMLElement>('#switcher-button')?.focus();
  }

  private async choose(index: number): Promise<void> {
    const platform = this.platforms[index];
    this.close(true);
    if (!platform || platform.id === this.active()?.id || this.switchingTo !== null) return;
    this.switchingTo = platform.name;
    this.draw();
    await this.attempt(async () => {
      try {
        await session.switchPlatform(platform.id);
      } finally {
        this.switchingTo = null;
      }
    });
  }

  private readonly buttonKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    this.openList();
  };

  private readonly listKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === 'Tab') return;
    const last = this.platforms.length - 1;
    if (event.key === 'Escape') this.close(true);
    else if (event.key === 'Enter' || (event.key === ' ' && this.typed === '')) void this.choose(this.at);
    else if (event.key === 'ArrowDown') this.move(Math.min(last, this.at + 1));
    else if (event.key === 'ArrowUp') this.move(Math.max(0, this.at - 1));
    else if (event.key === 'Home') this.move(0);
    else if (event.key === 'End') this.move(last);
    else if (event.key.length === 1) this.typeAhead(event.key);
    else return;
    event.preventDefault();
  };

  private move(to: number): void {
    this.at = to;
    this.draw();
    this.root.querySelector(`#switcher-option-${to}`)?.scrollIntoView({ block: 'nearest' });
  }

  private typeAhead(key: string): void {
    window.clearTimeout(this.typedTimer);
    this.typedTimer = window.setTimeout(() => {
      this.typed = '';
    }, TYPE_AHEAD_MS);
    this.typed += key.toLocaleLowerCase();
    // One letter again and again walks through all that begin with it; a word narrows from where we are.
    const repeated = this.typed.length > 1 && new Set(this.typed).size === 1;
    const wanted = repeated ? this.typed.slice(0, 1) : this.typed;
    const from = this.typed.length === 1 || repeated ? this.at + 1 : this.at;
    const { platforms } = this;
    for (let step = 0; step < platforms.length; step++) {
      const index = (from + step) % platforms.length;
      if (!platforms[index]?.name.toLocaleLowerCase().startsWith(wanted)) continue;
      this.move(index);
      return;
    }
  }
}
