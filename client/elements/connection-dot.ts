import { html, nothing, type TemplateResult } from 'lit';
import type { ConnectionStatus } from '../core/event-details';
import { defineElement } from './define-element';
import { session } from './session';
import { SessionElement } from './session-element';

const WORDS: Record<Exclude<ConnectionStatus, 'none'>, string> = {
  connecting: 'Connecting',
  live: 'Live: changes elsewhere show here at once',
  polling: 'Delayed: changes elsewhere may take 15 seconds to show here',
  offline: 'Not connected',
};

/** `<vf-connection-dot>`: whether the content of the page is live. */
export class ConnectionDot extends SessionElement {
  protected override begin(): void {
    this.listen('connectionStatusChanged', () => this.requestUpdate());
  }

  protected override render(): TemplateResult | typeof nothing {
    const status = session.getConnectionStatus();
    if (status === 'none') return nothing;
    const words = WORDS[status];
    return html`<span class="vf-dot" data-status=${status} role="img" aria-label=${words} title=${words}></span>`;
  }
}

defineElement('vf-connection-dot', ConnectionDot);
