import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon';
import type { IconName } from '../../elements/icons';

/** Where there is nothing yet: what belongs here, and how it comes. */
export function emptyState(picture: IconName, words: string, action?: TemplateResult): TemplateResult {
  return html`
    <div class="empty">
      ${icon(picture)}
      <p>${words}</p>
      ${action ?? nothing}
    </div>
  `;
}
