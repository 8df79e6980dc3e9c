import { html, type TemplateResult } from 'lit';
import { ApiError } from '../../core/errors';
import { field } from '../../elements/field';
import { notify } from '../../elements/notify';
import { reauthenticate } from '../../elements/recent-login';
import { on, session } from '../../elements/session';
import { FormView } from '../parts/form-view';

export class AccountPage extends FormView {
  constructor(root: HTMLElement) {
    super(root);
    on('sessionStateChanged', () => this.draw());
  }

  protected template(): TemplateResult {
    const user = session.getState()?.user;
    return html`
      <h1>Account</h1>
      <dl class="facts">
        <dt>User name</dt>
        <dd>${user?.username ?? '…'}</dd>
        <dt>E-mail</dt>
        <dd>${user?.email ?? '…'}</dd>
      </dl>
      <h2>Change the password</h2>
      <p>All your other devices will be signed out.</p>
      ${this.form('password', 'Change the password')}
    `;
  }

  protected fields(): TemplateResult {
    const { errors } = this;
    return html`
      ${field(
        {
          name: 'current_password',
          label: 'Current password',
          type: 'password',
          autocomplete: 'current-password',
        },
        errors,
      )}
      ${field(
        {
          name: 'new_password',
          label: 'New password',
          type: 'password',
          autocomplete: 'new-password',
          hint: 'At least 8 characters; a sentence is a good one.',
          minlength: 8,
        },
        errors,
      )}
    `;
  }

  protected async send(texts: Record<string, string>, form: HTMLFormElement): Promise<void> {
    try {
      await session.request('POST', '/api/auth/password', { body: texts });
    } catch (error) {
      if (!(error instanceof ApiError) || error.error_code !== 'REAUTHENTICATION_REQUIRED') throw error;
      // The form has the password already: no need to ask for it twice.
      await reauthenticate(texts.current_password ?? '');
      await session.request('POST', '/api/auth/password', { body: texts });
    }
    form.reset();
    notify('The password was changed. All other devices are signed out.', 'success');
    // The session has a new secret, and its token with it.
    await session.syncSessionState();
  }
}
