import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icon';
import { placeAt } from './popover';
import { session } from './session';
import { SessionElement } from './session-element';

/** `<vf-session-menu>`: who is signed in, the links that the page put into it, and the way out. */
export class SessionMenu extends SessionElement {
  private links: Element[] | null = null;
  private open = false;
  private undoPlace: () => void = () => {};

  override connectedCallback(): void {
    this.links ??= [...this.children];
    super.connectedCallback();
  }

  protected override render(): TemplateResult | typeof nothing {
    const user = session.getState()?.user;
    if (!user) return nothing;
    return html`
      <button
        type="button"
        class="vf-button vf-menu-button"
        popovertarget="vf-session-menu"
        aria-expanded=${this.open}
      >
        ${icon('user')}<span class="vf-hidden">Account of </span><span class="vf-menu-name">${user.username}</span>${icon('chevron-down')}
      </button>
      <div id="vf-session-menu" class="vf-popover vf-menu" popover @toggle=${this.toggled}>
        <p class="vf-who"><strong>${user.username}</strong><span>${user.email}</span></p>
        <ul>${this.links?.map((link) => html`<li>${link}</li>`)}</ul>
        <button type="button" class="vf-button" @click=${this.leave}>${icon('log-out')} Sign out</button>
      </div>
    `;
  }

  private readonly toggled = (event: ToggleEvent): void => {
    this.open = event.newState === 'open';
    const panel = event.target as HTMLElement;
    this.undoPlace();
    this.undoPlace = this.open ? placeAt(panel, this.querySelector<HTMLElement>('.vf-menu-button')!) : () => {};
    this.requestUpdate();
  };

  private readonly leave = (): void => {
    void this.attempt(() => session.logout());
  };
}

customElements.define('vf-session-menu', SessionMenu);
