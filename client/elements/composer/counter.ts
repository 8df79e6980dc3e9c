import { html, type TemplateResult } from 'lit';
import { characters, NEAR, VERY_NEAR } from '../../../src/protocol/post-length';

export const COUNTER_ID = 'vf-composer-counter';

/**
 * The number of remaining characters, as text and as a bar; announced to screen readers near the limit, not at each
 * key.
 */
export function counter(left: number, limit: number): TemplateResult {
  const level = left < VERY_NEAR ? 'danger' : left < NEAR ? 'warning' : 'good';
  const said = left < 0 ? 'Over the limit' : left < VERY_NEAR ? 'Almost at the limit' : '';
  return html`
    <p class="vf-counter" id=${COUNTER_ID} data-level=${level}>
      <meter
        aria-label="Characters used"
        min="0"
        max=${limit}
        low=${limit - NEAR}
        high=${limit - VERY_NEAR}
        optimum="0"
        value=${limit - left}
      ></meter>
      <span>${left < 0 ? `${characters(-left)} over the limit` : `${characters(left)} remaining`}</span>
    </p>
    <p class="vf-hidden" role="status">${said}</p>
  `;
}
