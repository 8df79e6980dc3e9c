import { html, nothing, type TemplateResult } from 'lit';
import type { RestSessionState } from '../../../src/protocol/http';
import { icon } from '../../elements/icon';
import { session } from '../../elements/session';
import { beginFirstSteps } from '../lib/first-steps';
import { FormPage } from '../lib/form-page';
import { completeLogin } from '../lib/login-redirect';

class LoginPage extends FormPage {
  /** The server's note on why the user has to sign in stays in the card. */
  protected override findPlaceholder(): ChildNode[] {
    return super.findPlaceholder().filter((node) => !(node instanceof Element && node.matches('.note')));
  }

  protected override render(): TemplateResult {
    return html`
      <h1>Sign in</h1>
      <p class="lead">
        Post from several Mastodon and Pixelfed accounts, and always see which one you are on: in every tab, on every
        device.
      </p>
      ${
        new URLSearchParams(window.location.search).has('draft')
          ? html`<p class="note">What you were writing is kept as a draft in this browser, and is back once you have signed in.</p>`
          : nothing
      }
      ${this.form('login', 'Sign in')} ${this.dataset.username ? this.demo() : nothing}
      <p class="aside">No account yet? <a href="/register">Register</a></p>
      <p class="aside">Forgot the password? <a href="/reset">What to do</a></p>
    `;
  }

  private demo(): TemplateResult {
    return html`
      <p class="or">or</p>
      <button type="button" class="vf-button" @click=${this.tryDemo}>${icon('eye')} Try the demo</button>
      <p class="vf-hint">An account with three platforms that nobody else sees. Nothing leaves this computer.</p>
    `;
  }

  protected fields(): TemplateResult {
    return html`
      ${this.field({ name: 'username', label: 'User name or e-mail', autocomplete: 'username' })}
      ${this.field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
    `;
  }

  private readonly tryDemo = (): Promise<void> =>
    this.submit(async () => {
      const { username = '', password = '' } = this.dataset;
      beginFirstSteps(await this.signIn({ username, password }));
    });

  protected async send(texts: Record<string, string>): Promise<void> {
    await this.signIn(texts);
  }

  private async signIn(texts: Record<string, string>): Promise<number> {
    const { user } = await session.request<RestSessionState>('POST', '/api/auth/login', { body: texts });
    completeLogin(user.id);
    return user.id;
  }
}

customElements.define('app-login', LoginPage);
