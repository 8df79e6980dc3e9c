import { html, type TemplateResult } from 'lit';
import { isApiError } from '../../core/errors';
import { notify } from '../../elements/notify';
import { reauthenticate } from '../../elements/recent-login';
import { session } from '../../elements/session';
import { FormPage } from '../lib/form-page';

class AccountPage extends FormPage {
  protected override render(): TemplateResult {
    const user = session.getState()?.user;
    return html`
      <h1>Account</h1>
      <dl class="facts">
        <dt>User name</dt>
        <dd>${user?.username ?? '…'}</dd>
        <dt>E-mail</dt>
        <dd>${user?.email ?? '…'}</dd>
      </dl>
      <section class="vf-card" aria-labelledby="password-title">
        <h2 id="password-title">Change the password</h2>
        <p class="lead">All your other devices will be signed out.</p>
        ${this.form('password', 'Change the password')}
      </section>
    `;
  }

  protected fields(): TemplateResult {
    return html`
      ${this.field({ name: 'current_password', label: 'Current password', type: 'password', autocomplete: 'current-password' })}
      ${this.newPassword('new_password', 'New password')}
    `;
  }

  protected async send(texts: Record<string, string>, form: HTMLFormElement): Promise<void> {
    try {
      await session.request('POST', '/api/auth/password', { body: texts });
    } catch (error) {
      if (!isApiError(error) || error.error_code !== 'REAUTHENTICATION_REQUIRED') throw error;
      // The form contains the password already, so the user is not asked for it again.
      await reauthenticate(texts.current_password ?? '');
      await session.request('POST', '/api/auth/password', { body: texts });
    }
    form.reset();
    notify('The password was changed. All other devices are signed out.', 'success');
    // The session has a new token, and with it a new CSRF token.
    await session.syncSessionState();
  }
}

customElements.define('app-account', AccountPage);
