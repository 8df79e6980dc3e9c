import { html, nothing, type TemplateResult } from 'lit';
import { defineElement } from './define-element';
import { icon } from './icon';
import { session } from './session';
import { SessionElement } from './session-element';

/** `<vf-offline-banner>`: a note that the content may be outdated, as long as the server is unreachable. */
export class OfflineBanner extends SessionElement {
  protected override begin(): void {
    this.setAttribute('role', 'status');
    this.listen('connectionStatusChanged', () => this.requestUpdate());
  }

  protected override render(): TemplateResult | typeof nothing {
    const offline = session.getConnectionStatus() === 'offline';
    document.documentElement.toggleAttribute('data-vf-stale', offline);
    if (!offline) return nothing;
    return html`<p class="vf-offline">${icon('wifi-off')} No connection to the server. What you see may be out of date.</p>`;
  }
}

defineElement('vf-offline-banner', OfflineBanner);
