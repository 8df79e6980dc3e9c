import { html, type TemplateResult } from 'lit';
import type { ExpiringDetail } from '../core/event-details';
import { localStorageOrNull, setItem } from '../core/storage';
import { defineElement } from './define-element';
import { formatDuration, formatTime } from './format';
import { icon } from './icon';
import { session } from './session';
import { SessionElement } from './session-element';

/** Key in localStorage: the deadline whose warning was answered with "later". */
const LATER = 'vedfolnir_later';

/**
 * `<vf-expiry-dialog>`: "you will be signed out soon", in every tab at once, and answered in one for all: "stay" and
 * "sign out" reach the other tabs by events of the server, "later" by localStorage. Attribute: `login`, the page where
 * users sign in again before the absolute limit (`/login?again`).
 */
export class ExpiryDialog extends SessionElement {
  static override properties = { login: {} };
  declare login: string | null;

  private readonly titleId = this.uniqueId('title');
  private readonly textId = this.uniqueId('text');
  private warning: ExpiringDetail | null = null;
  /** Id of the session that the warning is about. */
  private warned: string | undefined;
  private ticking = 0;

  protected override disconnected(): void {
    window.removeEventListener('storage', this.heardOfLater);
    this.close();
  }

  protected override begin(): void {
    this.listen('sessionExpiring', (detail, event) => {
      // The dialog asks the user, so other key presses must not count as an answer.
      event.preventDefault();
      this.open(detail);
    });
    const activeWarning = session.takeExpiryWarning();
    if (activeWarning) this.open(activeWarning);
    this.listen('sessionExtended', () => this.close());
    this.listen('sessionStateChanged', (state) => state.session.id !== this.warned && this.close());
    window.addEventListener('storage', this.heardOfLater);
  }

  protected override forget(): void {
    this.close();
  }

  protected override render(): TemplateResult {
    const { reason, expiresAt } = this.warning ?? { reason: 'idle', expiresAt: '' };
    const idle = reason === 'idle';
    return html`
      <dialog
        class="vf-dialog"
        role="alertdialog"
        aria-labelledby=${this.titleId}
        aria-describedby=${this.textId}
        closedby="none"
        @cancel=${(event: Event) => event.preventDefault()}
        @close=${() => this.requestUpdate()}
      >
        <h2 id=${this.titleId}>${icon('clock')} You will be signed out soon</h2>
        <p id=${this.textId}>
          ${
            idle
              ? 'You have not done anything here for a while. Do you want to stay signed in?'
              : `A session has a longest time, and this one ends at ${formatTime(expiresAt)}. Sign in again to go on.`
          }
        </p>
        <p class="vf-countdown">Time left: <strong>${this.warning ? formatDuration(session.millisecondsUntil(expiresAt)) : ''}</strong></p>
        <div class="vf-actions">
          ${
            idle
              ? html`<button type="button" class="vf-button" @click=${this.leave}>Sign out</button>
                  <button type="button" class="vf-button" data-kind="primary" autofocus @click=${this.stay}>
                    Stay signed in
                  </button>`
              : html`<button type="button" class="vf-button" @click=${this.later}>Later</button>
                  <a class="vf-button" data-kind="primary" autofocus href=${this.login ?? '/login?again'}>Sign in again</a>`
          }
        </div>
      </dialog>
    `;
  }

  /**
   * A dialog that was moved is no longer modal, and a browser without `closedby` closes it at the second Escape, which
   * is no answer.
   */
  protected override updated(): void {
    const dialog = this.querySelector('dialog');
    if (!this.warning || !this.isConnected || dialog?.matches(':modal')) return;
    dialog?.close();
    dialog?.showModal();
  }

  private open(detail: ExpiringDetail): void {
    if (localStorageOrNull()?.getItem(LATER) === detail.expiresAt) return;
    this.close();
    this.warning = detail;
    this.warned = session.getState()?.session.id;
    this.ticking = window.setInterval(() => this.requestUpdate(), 1_000);
    this.requestUpdate();
  }

  private readonly close = (): void => {
    window.clearInterval(this.ticking);
    this.warning = null;
    this.querySelector('dialog')?.close();
  };

  private readonly later = (): void => {
    const { expiresAt = '' } = this.warning ?? {};
    this.close();
    setItem(localStorageOrNull(), LATER, expiresAt);
  };

  private readonly heardOfLater = ({ key, newValue }: StorageEvent): void => {
    if (key === LATER && newValue === this.warning?.expiresAt) this.close();
  };

  private readonly stay = () => this.attempt(() => session.extendSession());
  private readonly leave = () => this.attempt(() => session.logout());
}

defineElement('vf-expiry-dialog', ExpiryDialog);
