import { html, type TemplateResult } from 'lit';
import { SessionElement } from './session-element';

/** `<vf-connection-dot>`: whether what the page shows is live. */
export class ConnectionDot extends SessionElement {
  private connected = navigator.onLine;

  protected override begin(): void {
    this.listen('sessionConnectionChanged', ({ connected }) => {
      this.connected = connected;
      this.requestUpdate();
    });
  }

  protected override render(): TemplateResult {
    const words = this.connected ? 'Live: changes elsewhere show here at once' : 'Not connected';
    return html`<span class="vf-dot" data-connected=${this.connected} role="img" aria-label=${words} title=${words}></span>`;
  }
}

customElements.define('vf-connection-dot', ConnectionDot);
