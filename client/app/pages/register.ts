import { html, type TemplateResult } from 'lit';
import type { RestSessionState } from '../../../src/protocol/http';
import { session } from '../../elements/session';
import { beginFirstSteps } from '../lib/first-steps';
import { FormPage } from '../lib/form-page';
import { completeLogin } from '../lib/login-redirect';

class RegisterPage extends FormPage {
  protected override render(): TemplateResult {
    return html`
      <h1>Register</h1>
      <p class="lead">One account here for all of yours on Mastodon and Pixelfed. You connect them next.</p>
      ${this.form('register', 'Register')}
      <p class="aside">Already here? <a href="/login">Sign in</a></p>
    `;
  }

  protected fields(): TemplateResult {
    return html`
      ${this.field({ name: 'username', label: 'User name', autocomplete: 'username', maxlength: 64 })}
      ${this.field({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'email', maxlength: 254 })}
      ${this.newPassword('password', 'Password')}
    `;
  }

  protected async send(texts: Record<string, string>): Promise<void> {
    const { user } = await session.request<RestSessionState>('POST', '/api/auth/register', { body: texts });
    beginFirstSteps(user.id);
    completeLogin(user.id);
  }
}

customElements.define('app-register', RegisterPage);
