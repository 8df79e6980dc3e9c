import { html, type TemplateResult } from 'lit';
import { SessionElement } from '../../../elements/session-element';
import './audit';
import './overview';
import './people';
import './sessions';
import './speed';

class AdminPage extends SessionElement {
  protected override render(): TemplateResult {
    return html`
      <h1>Administration</h1>
      <app-admin-overview></app-admin-overview>
      <app-admin-sessions></app-admin-sessions>
      <app-admin-people></app-admin-people>
      <app-admin-audit></app-admin-audit>
      <app-admin-speed></app-admin-speed>
    `;
  }
}

customElements.define('app-admin', AdminPage);
