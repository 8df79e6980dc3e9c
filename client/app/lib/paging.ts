import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon';
import type { Rows } from './newest-rows';

/** How many of the newest rows a list shows: one page more each time that the user asks for older ones. */
export class Paging {
  wanted: number;

  constructor(
    private readonly pageSize: number,
    private readonly reload: () => Promise<void>,
  ) {
    this.wanted = pageSize;
  }

  /** The button for older rows; nothing if there are none. */
  button(label: string, { next }: Rows<unknown>): TemplateResult | typeof nothing {
    const older = (): void => {
      this.wanted += this.pageSize;
      void this.reload();
    };
    if (next === null) return nothing;
    return html`<button type="button" class="vf-button" @click=${older}>${icon('chevron-down')} ${label}</button>`;
  }
}
