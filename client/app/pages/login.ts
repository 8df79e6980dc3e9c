import { html, nothing, type TemplateResult } from 'lit';
import { session } from '../lib/session';
import { farewellWords } from '../parts/farewell';
import { field } from '../parts/field';
import { FormView } from '../parts/form-view';

export class LoginPage extends FormView {
  private readonly why = farewellWords(new URLSearchParams(window.location.search).get('reason'));

  protected template(): TemplateResult {
    return html`
      <h1>Sign in</h1>
      ${this.why ? html`<p class="notice notice-info" id="why">${this.why}</p>` : nothing}
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
