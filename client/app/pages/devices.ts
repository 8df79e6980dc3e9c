import { html, type TemplateResult } from 'lit';
import { SessionElement } from '../../elements/session-element';

class DevicesPage extends SessionElement {
  protected override render(): TemplateResult {
    return html`
      <h1>Devices</h1>
      <p class="lead">
        Where you are signed in. Sign out what you do not know, and then
        <a href="/account">change your password</a>.
      </p>
      <vf-device-list></vf-device-list>
    `;
  }
}

customElements.define('app-devices', DevicesPage);
