import { html, nothing, type TemplateResult } from 'lit';

export interface FieldOptions {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  autocomplete?: AutoFill;
  hint?: string;
  required?: boolean;
  maxlength?: number;
  minlength?: number;
}

/** A labelled input with its hint and, after a refusal, its error. */
export function field(options: FieldOptions, errors: Record<string, string> = {}): TemplateResult {
  const { name, label, type = 'text', hint } = options;
  const error = errors[name];
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ');
  return html`
    <div class="vf-field">
      <label for=${name}>${label}</label>
      <input
        class="vf-input"
        id=${name}
        name=${name}
        type=${type}
        autocomplete=${options.autocomplete ?? 'off'}
        maxlength=${options.maxlength ?? nothing}
        minlength=${options.minlength ?? nothing}
        ?required=${options.required ?? true}
        aria-invalid=${error ? 'true' : nothing}
        aria-describedby=${described || nothing}
      />
      ${hint ? html`<p class="vf-hint" id="${name}-hint">${hint}</p>` : nothing}
      ${error ? html`<p class="vf-error" id="${name}-error">${error}</p>` : nothing}
    </div>
  `;
}

/** The values of a form by name, without empty ones: the server distinguishes a missing value from "". */
export function textsOf(form: HTMLFormElement): Record<string, string> {
  const entries = Array.from(new FormData(form), ([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
