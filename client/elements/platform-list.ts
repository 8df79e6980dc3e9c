import { html, nothing, type TemplateResult } from 'lit';
import type { PlatformView } from '../../src/protocol/http';
import { avatar } from './avatar';
import { formatHandle, TYPE_NAMES } from './format';
import { icon } from './icon';
import { session } from './session';

/** The platforms of a switcher's listbox. */
export interface PlatformListView {
  /** The id of the list, unique in the page. */
  id: string;
  options: PlatformView[];
  /** Index of the active option. */
  at: number;
  open: boolean;
  /** Platforms for which this browser has a draft. */
  withDrafts: ReadonlySet<number>;
  choose(index: number): void;
  press(event: KeyboardEvent): void;
}

export const optionId = (listId: string, index: number) => `${listId}-${index}`;

export function platformList(view: PlatformListView): TemplateResult {
  const { id, options, open, press } = view;
  return html`
    <ul
      role="listbox"
      id=${id}
      tabindex="-1"
      aria-label="Platforms"
      aria-activedescendant=${open ? current(view) : nothing}
      @keydown=${press}
    >
      ${options.map((platform, index) => option(view, platform, index))}
    </ul>
    ${options.length === 0 ? html`<p class="vf-hint" role="status">No platform matches.</p>` : nothing}
  `;
}

/** Filters the list. The keys of the list work in this field, too. */
export function platformFilter(
  view: PlatformListView,
  filter: string,
  filtered: (event: Event) => void,
): TemplateResult {
  return html`
    <input
      type="text"
      class="vf-input"
      role="combobox"
      aria-expanded="true"
      aria-controls=${view.id}
      aria-activedescendant=${current(view)}
      aria-label="Find a platform"
      placeholder="Find a platform"
      autocomplete="off"
      .value=${filter}
      @input=${filtered}
      @keydown=${view.press}
    />
  `;
}

function option(
  { id: listId, at, withDrafts, choose }: PlatformListView,
  platform: PlatformView,
  index: number,
): TemplateResult {
  const { id, name, platform_type, instance_url, username, is_default, needs_reconnect } = platform;
  return html`
    <li
      role="option"
      id=${optionId(listId, index)}
      class=${index === at ? 'vf-current' : ''}
      aria-selected=${id === session.getState()?.platform?.id}
      data-platform-id=${id}
      @click=${() => choose(index)}
    >
      ${avatar(platform)}
      <span class="vf-option-text">
        <span class="vf-option-name">${name}</span>
        <span class="vf-hint">${TYPE_NAMES[platform_type]} · <bdi>${formatHandle(username, instance_url)}</bdi></span>
      </span>
      ${withDrafts.has(id) ? html`<span class="vf-badge">${icon('pencil')} Draft</span>` : nothing}
      ${is_default ? html`<span class="vf-badge">Default</span>` : nothing}
      ${needs_reconnect ? html`<span class="vf-badge" data-kind="warning">Reconnect</span>` : nothing}
      <span class="vf-tick">${icon('check')}</span>
    </li>
  `;
}

function current({ id, options, at }: PlatformListView): string | typeof nothing {
  return options.length > 0 ? optionId(id, at) : nothing;
}
