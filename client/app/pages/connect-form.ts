import { html, type TemplateResult } from 'lit';
import { PLATFORM_TYPES, type PlatformView } from '../../../src/protocol/http';
import { field } from '../../elements/field';
import { TYPE_NAMES } from '../../elements/format';
import { notify } from '../../elements/notify';
import { session } from '../../elements/session';
import { FormView } from '../parts/form-view';

/** Connects a platform by an access token made at the instance. */
export class ConnectForm extends FormView {
  protected template(): TemplateResult {
    return html`
      <h2>Connect a platform</h2>
      ${this.form('connect', 'Connect')}
    `;
  }

  protected fields(): TemplateResult {
    const { errors } = this;
    return html`
      ${field({ name: 'name', label: 'Name', hint: 'What you want to call it here.', maxlength: 100 }, errors)}
      <div class="field">
        <label for="platform_type">Kind</label>
        <select id="platform_type" name="platform_type">
          ${PLATFORM_TYPES.map((type) => html`<option value=${type}>${TYPE_NAMES[type]}</option>`)}
        </select>
      </div>
      ${field(
        {
          name: 'instance_url',
          label: 'Address',
          type: 'url',
          hint: 'Such as https://mastodon.example',
          maxlength: 255,
        },
        errors,
      )}
      ${field({ name: 'username', label: 'User name there (optional)', required: false, maxlength: 255 }, errors)}
      ${field(
        {
          name: 'access_token',
          label: 'Access token',
          type: 'password',
          hint: 'Made in the settings of your account there. It is kept encrypted and never shown again.',
          maxlength: 4096,
        },
        errors,
      )}
    `;
  }

  protected async send(texts: Record<string, string>, form: HTMLFormElement): Promise<void> {
    const platform = await session.request<PlatformView>('POST', '/api/platforms', { body: texts });
    form.reset();
    notify(`${platform.name} is connected.`, 'success');
    // The list hears of it from the server, like every other tab.
    await session.syncSessionState();
  }
}
