import { html, type TemplateResult } from 'lit';
import { field } from '../../elements/field';
import { session } from '../../elements/session';
import { FormView } from '../parts/form-view';

export class LoginPage extends FormView {
  protected template(): TemplateResult {
    return html`
      <h1>Sign in</h1>
      ${this.form('login', 'Sign in')}
      <p>No account yet? <a href="/register">Register</a></p>
    `;
  }

  protected fields(): TemplateResult {
    return html`
      ${field({ name: 'username', label: 'User name or e-mail', autocomplete: 'username' }, this.errors)}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }, this.errors)}
    `;
  }

  protected async send(texts: Record<string, string>): Promise<void> {
    await session.request('POST', '/api/auth/login', { body: texts });
    window.location.assign('/');
  }
}
