import { html, type TemplateResult } from 'lit';

/** In the place of what is being read. @param words for who does not see it  @param rows how much is expected */
export function placeholder(words: string, rows = 3): TemplateResult {
  return html`
    <div class="vf-placeholder" aria-busy="true">
      <p class="vf-hidden">${words}…</p>
      ${Array.from({ length: rows }, () => html`<div aria-hidden="true"></div>`)}
    </div>
  `;
}
