/** Actions in a page with any driver. Elements are passed as expressions, which are evaluated in the page. */
import { eventually } from '../../../support/eventually';
import { until } from '../recorder';
import type { DrivenTab } from './driver';

/** The first visible element that contains these words. */
export const shown = (selector: string, words = '') =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})]
    .find((each) => each.checkVisibility() && each.textContent.replace(/\\s+/g, ' ').includes(${JSON.stringify(words)}))`;

export const active = (name: string) => shown('.vf-switcher-button', `Active platform: ${name}`);
export const value = (selector: string) => `document.querySelector(${JSON.stringify(selector)})?.value`;
export const has = (tab: DrivenTab, selector: string, words?: string) => until(tab, shown(selector, words));
export const isAt = (tab: DrivenTab, pathname: string) =>
  until(tab, `location.pathname === ${JSON.stringify(pathname)} && document.readyState === 'complete'`);

export async function click(tab: DrivenTab, selector: string, words?: string): Promise<void> {
  const element = shown(selector, words);
  await until(tab, element);
  // A framework may replace the element before it is clicked.
  await eventually(async () => void (await tab.click(element)));
}

export async function fill(tab: DrivenTab, selector: string, text: string): Promise<void> {
  await click(tab, selector);
  await tab.type(text);
  await until(tab, `${value(selector)} === ${JSON.stringify(text)}`);
}

/** By clicks, like a user. */
export async function switchIn(tab: DrivenTab, name: string): Promise<void> {
  await click(tab, '.vf-switcher-button');
  await click(tab, '[role=option]', name);
  await until(tab, active(name));
}

/**
 * The gap between an open panel and its button, whether the panel is within the window, and whether the two overlap
 * horizontally.
 */
export const placeOf = (panel: string, button: string, within = 'window') => `(() => {
  const { document, innerWidth, innerHeight } = ${within};
  const [at, of] = [${JSON.stringify(panel)}, ${JSON.stringify(button)}].map((selector) => {
    const [host, inside] = selector.split(' >>> ').map((each) => each.trim());
    const found = document.querySelector(host);
    return (inside ? found.shadowRoot.querySelector(inside) : found).getBoundingClientRect();
  });
  return {
    gap: Math.round(Math.max(at.top - of.bottom, of.top - at.bottom)),
    overlaps: Math.min(at.right, of.right) - Math.max(at.left, of.left) > 20,
    inside: at.left >= 0 && at.top >= 0 && at.right <= innerWidth && at.bottom <= innerHeight && at.width > 0,
  };
})()`;
