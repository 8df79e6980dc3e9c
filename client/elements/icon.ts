import { html, svg, type TemplateResult } from 'lit';
import { ICONS, type IconName, type Icons } from './icons';

const drawings = new Map<IconName, TemplateResult>();

/** The content of Lucide's `<svg>`, converted to a template once per icon. */
export function drawing(name: IconName): TemplateResult {
  let drawn = drawings.get(name);
  if (!drawn) {
    const inside = (ICONS as Icons)[name].replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, '');
    drawn = svg(Object.assign([inside], { raw: [inside] }));
    drawings.set(name, drawn);
  }
  return drawn;
}

/** For icons next to a label: hidden from screen readers. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="vf-icon" data-icon=${name} viewBox="0 0 24 24" aria-hidden="true" focusable="false">${drawing(name)}</svg>`;
}
