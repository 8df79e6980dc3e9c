import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon';
import type { IconName } from '../../elements/icons';

/** Shown in place of an empty list: what will appear here, and how to add it. */
export function emptyState(picture: IconName, words: string, action?: TemplateResult): TemplateResult {
  return html`
    <div class="empty">
      ${icon(picture)}
      <p>${words}</p>
      ${action ?? nothing}
    </div>
  `;
}
