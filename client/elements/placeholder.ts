import { html, type TemplateResult } from 'lit';

/** Shown while content is loading. @param words for screen readers @param rows expected number of rows */
export function placeholder(words: string, rows = 3): TemplateResult {
  return html`
    <div class="vf-placeholder" aria-busy="true">
      <p class="vf-hidden">${words}…</p>
      ${Array.from({ length: rows }, () => html`<div aria-hidden="true"></div>`)}
    </div>
  `;
}
