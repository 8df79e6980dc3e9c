import { html, type TemplateResult } from 'lit';
import type { ExpiringDetail } from '../../core/details';
import { span, timeOfDay } from '../../elements/format';
import { on, session } from '../../elements/session';
import { View } from '../lib/view';

/**
 * "You are about to be signed out": in every tab at once, and answered in one for all, because the answer is
 * the server's news and not this page's.
 */
export class ExpiryDialog extends View {
  private warning: ExpiringDetail | null = null;
  private ticking = 0;
  private readonly dialog: HTMLDialogElement;

  constructor() {
    const dialog = document.createElement('dialog');
    super(dialog);
    this.dialog = dialog;
    dialog.setAttribute('role', 'alertdialog');
    dialog.setAttribute('aria-labelledby', 'expiry-title');
    dialog.setAttribute('aria-describedby', 'expiry-text');
    dialog.id = 'expiry-dialog';
    // Esc must neither sign out nor leave somebody unwarned.
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    document.body.append(dialog);
    on('sessionExpiring', (detail, event) => {
      // We ask: a stray key press is then no answer.
      event.preventDefault();
      this.open(detail);
    });
    on('sessionExtended', () => this.close());
    on('sessionExpired', () => this.close());
  }

  protected template(): TemplateResult {
    const { reason, expiresAt } = this.warning ?? { reason: 'idle', expiresAt: '' };
    return html`
      <h2 id="expiry-title">You will be signed out soon</h2>
      <p id="expiry-text">
        ${
          reason === 'idle'
            ? 'You have not done anything here for a while. Do you want to stay signed in?'
            : `A session has a longest time, and this one ends at ${timeOfDay(expiresAt)}. Sign in again to go on.`
        }
      </p>
      <p class="countdown">Time left: <span id="expiry-left">${span(session.millisecondsUntil(expiresAt))}</span></p>
      <div class="actions">
        <button type="button" @click=${this.leave}>Sign out</button>
        ${
          reason === 'idle'
            ? html`<button type="button" class="primary" autofocus @click=${this.stay}>Stay signed in</button>`
            : html`<button type="button" class="primary" autofocus @click=${this.understood}>Understood</button>`
        }
      </div>
    `;
  }

  private open(detail: ExpiringDetail): void {
    this.warning = detail;
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
    window.clearInterval(this.ticking);
    this.ticking = window.setInterval(() => this.draw(), 1_000);
  }

  private close(): void {
    window.clearInterval(this.ticking);
    if (this.dialog.open) this.dialog.close();
  }

  private readonly stay = () => this.attempt(() => session.extendSession());
  private readonly leave = () => this.attempt(() => session.logout());
  private readonly understood = () => this.close();
}
