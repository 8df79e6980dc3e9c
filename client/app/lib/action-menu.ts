import { html, LitElement, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon';
import type { IconName } from '../../elements/icons';
import { placeAt } from '../../elements/popover';

export interface Action {
  icon: IconName;
  label: string;
  run: () => unknown;
}

let count = 0;

/** `<app-action-menu>`: further actions for one item, behind a button with three dots. */
class ActionMenu extends LitElement {
  static override properties = { of: { attribute: false }, actions: { attribute: false } };
  /** The name of the item, which is part of each button's label for screen readers. */
  declare of: string;
  declare actions: Action[];
  private readonly panelId = `app-action-menu-${++count}`;

  override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`
      <button
        type="button" class="vf-button" data-kind="quiet" popovertarget=${this.panelId} aria-label="More for ${this.of}"
      >
        ${icon('ellipsis')}
      </button>
      <div class="vf-popover action-menu" id=${this.panelId} popover @toggle=${this.toggled}>
        ${this.actions.map(
          (action) => html`
            <button
              type="button" class="vf-button" data-kind="quiet" aria-label="${action.label} ${this.of}"
              @click=${() => this.choose(action)}
            >
              ${icon(action.icon)} ${action.label}
            </button>
          `,
        )}
      </div>
    `;
  }

  private choose({ run }: Action): void {
    this.querySelector<HTMLElement>('[popover]')?.hidePopover();
    run();
  }

  private readonly toggled = ({ newState, target }: ToggleEvent): void => {
    if (newState === 'closed') return;
    const panel = target as HTMLElement;
    placeAt(panel, this.querySelector('button')!);
    panel.querySelector('button')?.focus();
  };
}

customElements.define('app-action-menu', ActionMenu);
