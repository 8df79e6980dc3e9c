import { html, nothing, render, type TemplateResult } from 'lit';
import { confirm } from './confirm';
import { defineElement } from './define-element';
import { icon } from './icon';
import { placeAt } from './popover';
import { session } from './session';
import { SessionElement } from './session-element';

/**
 * `<vf-session-menu>`: the user's name, the links that the page put into it, and the sign-out buttons. The links
 * belong to the page or its framework, and are never moved: a shadow root with slots shows them in the panel.
 * `::part(panel)` styles the panel.
 */
export class SessionMenu extends SessionElement {
  private open = false;
  /** Whether it was open when the button was pressed: the press itself may have closed it. */
  private wasOpen = false;

  override createRenderRoot(): HTMLElement {
    super.createRenderRoot();
    const places = html`
      <slot name="button"></slot>
      <div part="panel" popover @beforetoggle=${this.toggling} @toggle=${this.toggled}>
        <slot name="who"></slot><slot></slot><slot name="leave"></slot>
      </div>
    `;
    render(places, this.attachShadow({ mode: 'open' }));
    // Marks the end of our content: nodes that the page adds later come after it.
    this.renderOptions.renderBefore = this.appendChild(document.createComment(''));
    return this;
  }

  protected override render(): TemplateResult | typeof nothing {
    const user = session.getState()?.user;
    if (!user) return nothing;
    return html`
      <button
        type="button"
        slot="button"
        class="vf-button vf-menu-button"
        aria-expanded=${this.open}
        @pointerdown=${this.pressed}
        @click=${this.clicked}
      >
        ${icon('user')}<span class="vf-hidden">Account of </span><span class="vf-menu-name">${user.username}</span>${icon('chevron-down')}
      </button>
      <p slot="who" class="vf-who"><strong>${user.username}</strong><span>${user.email}</span></p>
      <div slot="leave" class="vf-leave">
        <button type="button" class="vf-button" @click=${this.leave}>${icon('log-out')} Sign out</button>
        <button type="button" class="vf-button" data-kind="quiet" @click=${this.leaveEverywhere}>Sign out everywhere</button>
      </div>
    `;
  }

  /** The links belong to the page. */
  protected override findPlaceholder(): ChildNode[] {
    return [...this.querySelectorAll<HTMLElement>(':scope > [slot]')];
  }

  protected override get isDrawn(): boolean {
    return session.getState() !== null;
  }

  protected override begin(): void {
    this.addEventListener('focusout', this.left);
  }

  protected override forget(): void {
    this.panel.hidePopover();
  }

  private get panel(): HTMLElement {
    return this.shadowRoot!.querySelector<HTMLElement>('[popover]')!;
  }

  private get button(): HTMLElement {
    return this.querySelector<HTMLElement>('.vf-menu-button')!;
  }

  private readonly pressed = (): void => {
    this.wasOpen = this.panel.matches(':popover-open');
  };

  private readonly clicked = ({ detail: byPointer }: MouseEvent): void => {
    this.panel.togglePopover(byPointer && this.wasOpen ? false : undefined);
  };

  /** Closes the panel when the focus leaves: it could cover the focused element. */
  private readonly left = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget && !this.contains(relatedTarget as Node)) this.panel.hidePopover();
  };

  /**
   * The content of the panel is slotted, so the browser does not know that the focus was inside and does not restore
   * it.
   */
  private readonly toggling = ({ newState }: ToggleEvent): void => {
    if (newState === 'closed' && this.contains(document.activeElement)) this.button.focus();
  };

  private readonly toggled = ({ newState }: ToggleEvent): void => {
    this.open = newState === 'open';
    if (this.open) placeAt(this.panel, this.button);
    this.requestUpdate();
  };

  private readonly leave = (): void => {
    void this.attempt(() => session.logout());
  };

  private readonly leaveEverywhere = async (): Promise<void> => {
    this.panel.hidePopover();
    const meant = await confirm({
      title: 'Sign out everywhere?',
      text: 'All your browsers and devices are signed out at once. Drafts in this one are removed.',
      action: 'Sign out everywhere',
    });
    if (meant) await this.attempt(() => session.logout({ everywhere: true }));
  };
}

defineElement('vf-session-menu', SessionMenu);
