import { html, nothing, type TemplateResult } from 'lit';
import { fieldErrors, isSessionOverError, messageOf } from '../../elements/error-messages';
import { type FieldOptions, field, textsOf } from '../../elements/field';
import { icon } from '../../elements/icon';
import { SessionElement } from '../../elements/session-element';

/** A form that is sent by script: one request at a time, and errors are shown at their fields. */
export abstract class FormPage extends SessionElement {
  private busy = false;
  protected errors: Record<string, string> = {};
  private problem = '';

  /** @throws ApiError */
  protected abstract send(texts: Record<string, string>, form: HTMLFormElement): Promise<void>;
  protected abstract fields(): TemplateResult;

  /** @param name the form's `name` attribute, by which scripts and tests find it */
  protected form(name: string, action: string): TemplateResult {
    return html`
      <form name=${name} @submit=${this.submitted} aria-busy=${this.busy}>
        <div role="alert">${this.problem ? html`<p class="note" data-kind="error">${this.problem}</p>` : nothing}</div>
        ${this.fields()}
        <button type="submit" class="vf-button" data-kind="primary" ?disabled=${this.busy}>
          ${this.busy ? icon('loader-circle') : nothing} ${action}
        </button>
      </form>
    `;
  }

  /** A field that shows its error. */
  protected field(options: FieldOptions): TemplateResult {
    return field(options, this.errors);
  }

  protected newPassword(name: string, label: string): TemplateResult {
    const hint = 'At least 12 characters; a sentence is a good one.';
    return this.field({ name, label, type: 'password', autocomplete: 'new-password', hint, minlength: 12 });
  }

  /** True if each error belongs to a field of the form, which then shows it. */
  private get isAtFields(): boolean {
    const names = Object.keys(this.errors);
    return names.length > 0 && names.every((name) => this.querySelector(`[name="${name}"]`));
  }

  private readonly submitted = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    await this.submit(() => this.send(textsOf(form), form));
    form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };

  /** Runs one task at a time; an error is shown in the form. */
  protected async submit(task: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = '';
    this.errors = {};
    this.requestUpdate();
    try {
      await task();
    } catch (error) {
      this.errors = fieldErrors(error);
      this.problem = isSessionOverError(error) || this.isAtFields ? '' : messageOf(error);
    }
    this.busy = false;
    this.requestUpdate();
    await this.updateComplete;
  }
}
