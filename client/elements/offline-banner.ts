import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icon';
import { SessionElement } from './session-element';

/** `<vf-offline-banner>`: says that what is shown may be old, for as long as it may be. */
export class OfflineBanner extends SessionElement {
  private connected = navigator.onLine;

  protected override begin(): void {
    this.setAttribute('role', 'status');
    this.listen('sessionConnectionChanged', ({ connected }) => {
      this.connected = connected;
      document.documentElement.toggleAttribute('data-vf-stale', !connected);
      this.requestUpdate();
    });
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.connected) return nothing;
    return html`<p class="vf-offline">${icon('wifi-off')} No connection to the server. What you see may be out of date.</p>`;
  }
}

customElements.define('vf-offline-banner', OfflineBanner);
