import { html, nothing, type TemplateResult } from 'lit';
import { PLATFORM_TYPES, type PlatformView } from '../../../src/protocol/http';
import { signInAtInstance } from '../../elements/connect';
import { TYPE_NAMES } from '../../elements/format';
import { icon } from '../../elements/icon';
import { notify } from '../../elements/notify';
import { session } from '../../elements/session';
import { FormPage } from '../lib/form-page';

/** Connects an account: by signing in at its instance, or by an access token that was created there. */
class ConnectForm extends FormPage {
  private byToken = false;

  protected override render(): TemplateResult {
    return html`
      <section class="vf-card" aria-labelledby="connect-title">
        <h2 id="connect-title">Connect a platform</h2>
        ${this.form('connect', this.byToken ? 'Connect' : 'Sign in there')}
        <p>
          <button type="button" class="vf-button" data-kind="quiet" @click=${this.otherWay}>
            ${icon(this.byToken ? 'log-in' : 'key-round')}
            ${this.byToken ? 'Sign in at the instance instead' : 'I have an access token'}
          </button>
        </p>
      </section>
    `;
  }

  protected fields(): TemplateResult {
    return html`
      <div class="vf-field">
        <label for="platform_type">Kind</label>
        <select class="vf-input" id="platform_type" name="platform_type">
          ${PLATFORM_TYPES.map((type) => html`<option value=${type}>${TYPE_NAMES[type]}</option>`)}
        </select>
      </div>
      ${this.field({
        name: 'instance_url',
        label: 'Address',
        hint: 'Such as mastodon.example, or your handle @me@mastodon.example',
        maxlength: 255,
      })}
      ${this.field({
        name: 'name',
        label: 'Name',
        required: false,
        hint: 'What you want to call it here; left empty, its handle.',
        maxlength: 100,
      })}
      ${this.byToken ? this.tokenFields() : nothing}
    `;
  }

  private tokenFields(): TemplateResult {
    return html`
      ${this.field({ name: 'username', label: 'User name there (optional)', required: false, maxlength: 255 })}
      ${this.field({
        name: 'access_token',
        label: 'Access token',
        type: 'password',
        hint: 'Made in the settings of your account there. It is kept encrypted and never shown again.',
        maxlength: 4096,
      })}
    `;
  }

  private readonly otherWay = (): void => {
    this.byToken = !this.byToken;
    this.errors = {};
    this.requestUpdate();
  };

  protected async send(texts: Record<string, string>, form: HTMLFormElement): Promise<void> {
    if (!this.byToken) return signInAtInstance({ instance_url: '', ...texts });
    const platform = await session.request<PlatformView>('POST', '/api/platforms', { body: texts });
    form.reset();
    notify(`${platform.name} is connected.`, 'success');
    // The server notifies the list of platforms, as in every other tab.
    await session.syncSessionState();
  }
}

customElements.define('app-connect-form', ConnectForm);
