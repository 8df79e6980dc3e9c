import { html, type TemplateResult } from 'lit';
import type { ExpiringDetail } from '../core/event-details';
import { localStorageOrNull, setItem } from '../core/storage';
import { defineElement } from './define-element';
import { formatDuration, formatTime } from './format';
import { icon } from './icon';
import { session } from './session';
import { SessionElement } from './session-element';

/** Of localStorage: the end that somebody has put off thinking of. */
const LATER = 'vedfolnir_later';

/**
 * `<vf-expiry-dialog>`: "you will be signed out soon", in every tab at once, and answered in one for all: "stay" and
 * "sign out" are the server's news and not this page's, "later" is left where all tabs of this browser find it.
 *
 * Attribute: `login`, the page where one signs in again before the longest time is over (`/login?again`).
 */
export class ExpiryDialog extends SessionElement {
  static override properties = { login: {} };
  declare login: string | null;

  private readonly titleId = this.uniqueId('title');
  private readonly textId = this.uniqueId('text');
  private warning: ExpiringDetail | null = null;
  /** The session that it is about. */
  private warned: string | undefined;
  private ticking = 0;

  protected override disconnected(): void {
    window.removeEventListener('storage', this.heardOfLater);
    window.clearInterval(this.ticking);
  }

  protected override begin(): void {
    this.listen('sessionExpiring', (detail, event) => {
      // We ask: a stray key press is then no answer.
      event.preventDefault();
      void this.open(detail);
    });
    const activeWarning = session.takeExpiryWarning();
    if (activeWarning) void this.open(activeWarning);
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
        @close=${this.closed}
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

  private async open(detail: ExpiringDetail): Promise<void> {
    if (localStorageOrNull()?.getItem(LATER) === detail.expiresAt) return;
    this.warning = detail;
    this.warned = session.getState()?.session.id;
    this.requestUpdate();
    await this.updateComplete;
    if (!this.warning || !this.isConnected) return;
    const dialog = this.querySelector('dialog');
    if (!dialog?.open) dialog?.showModal();
    window.clearInterval(this.ticking);
    this.ticking = window.setInterval(() => this.requestUpdate(), 1_000);
  }

  /** A browser that does not know `closedby` lets the second Escape through: it was no answer. */
  private readonly closed = (): void => {
    if (this.warning && this.isConnected) this.querySelector('dialog')?.showModal();
  };

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

declare global {
  interface HTMLElementTagNameMap {
    'vf-expiry-dialog': ExpiryDialog;
  }
}
