import { html, type TemplateResult } from 'lit';
import type { RestSessionState } from '../../../src/protocol/http';
import { field } from '../../elements/field';
import { session } from '../../elements/session';
import { FormPage } from '../lib/form-page';
import { completeLogin } from '../lib/login-redirect';

class LoginPage extends FormPage {
  protected override render(): TemplateResult {
    return html`
      <h1>Sign in</h1>
      ${this.form('login', 'Sign in')}
      <p class="aside">No account yet? <a href="/register">Register</a></p>
      <p class="aside">Forgot the password? <a href="/reset">What to do</a></p>
    `;
  }

  protected fields(): TemplateResult {
    const { errors } = this;
    return html`
      ${field({ name: 'username', label: 'User name or e-mail', autocomplete: 'username' }, errors)}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }, errors)}
    `;
  }

  protected async send(texts: Record<string, string>): Promise<void> {
    const { user } = await session.request<RestSessionState>('POST', '/api/auth/login', { body: texts });
    completeLogin(user.id);
  }
}

customElements.define('app-login', LoginPage);
