import { html, type TemplateResult } from 'lit';
import { session } from '../../elements/session';
import { FormPage } from '../lib/form-page';

/** Sets a new password with the link that an operator has created; without a token, explains how to get one. */
class ResetPage extends FormPage {
  /** In the fragment, which a browser does not send to any server. */
  private readonly token = window.location.hash.slice(1);
  private done = false;

  protected override render(): TemplateResult {
    if (this.done) {
      return html`
        <h1>New password</h1>
        <p role="status">The password is changed, and every device is signed out. <a href="/login?again">Sign in</a></p>
      `;
    }
    if (this.token === '') {
      return html`
        <h1>Forgot the password?</h1>
        <p>Ask whoever runs this server for a link. It is good once, for a day, and leads here.</p>
        <p>You run it yourself? This command prints the link: <code>npm run cli -- user:reset-password NAME</code></p>
        <p class="aside"><a href="/login">Sign in</a></p>
      `;
    }
    return html`
      <h1>New password</h1>
      ${this.form('reset', 'Set the password')}
    `;
  }

  protected fields(): TemplateResult {
    return this.newPassword('new_password', 'New password');
  }

  protected async send(texts: Record<string, string>): Promise<void> {
    await session.request('POST', '/api/auth/reset', { body: { ...texts, token: this.token } });
    this.done = true;
  }
}

customElements.define('app-reset', ResetPage);
