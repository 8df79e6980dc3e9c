import { html, type TemplateResult } from 'lit';

export interface Renaming {
  /** Id of the renamed item, for the id of the field. */
  id: number | string;
  name: string;
  maxLength: number;
  /** An empty name removes the old one. */
  optional?: boolean;
  save: (name: string) => unknown;
  cancel: () => unknown;
}

/** Replaces a name by a field for a new one. Escape cancels. */
export function renameForm({ id, name, maxLength, optional = false, save, cancel }: Renaming): TemplateResult {
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    return save(String(new FormData(event.target as HTMLFormElement).get('name')));
  };
  return html`
    <form
      class="vf-inline" name="rename" @submit=${submitted}
      @keydown=${({ key, isComposing }: KeyboardEvent) => key === 'Escape' && !isComposing && cancel()}
    >
      <label for="rename-${id}">New name</label>
      <input
        class="vf-input" id="rename-${id}" name="name" ?required=${!optional} maxlength=${maxLength} autocomplete="off"
        dir="auto" .defaultValue=${name}
      />
      <button type="submit" class="vf-button" data-kind="primary">Save</button>
      <button type="button" class="vf-button" @click=${cancel}>Cancel</button>
    </form>
  `;
}
