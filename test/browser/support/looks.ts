/**
 * Accessibility and layout requirements for every page in any state. Measured in the page, so the probes are strings.
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually';
import { until } from './recorder';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** The rules of axe whose result depends on the colour scheme; the others take most of its time. */
const ABOUT_COLOURS = ['color-contrast', 'link-in-text-block'];

/** @returns the violations that axe considers serious or critical, of these rules or of all */
async function audit(page: Page, rules?: string[]): Promise<string[]> {
  // Evaluated by the debugger: the page's content security policy refuses a script element.
  await page.evaluate(AXE);
  const options = JSON.stringify(rules ? { runOnly: rules } : {});
  const { violations } = (await page.evaluate(`axe.run(document, ${options})`)) as { violations: Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Whether the text is light or dark. Axe assumes white for a page without a background of its own. */
const INK = `(() => {
  const pen = document.createElement('canvas').getContext('2d');
  pen.fillStyle = getComputedStyle(document.body).color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return red + green + blue > 384 ? 'light' : 'dark';
})()`;

/** In the light and in the dark scheme; the page stays dark. */
export async function expectClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(`matchMedia('(prefers-color-scheme: ${colorScheme})').matches`)).toBe(true);
    // During a transition the colours are those of neither scheme.
    await until(page, "document.getAnimations().every(({ playState }) => playState !== 'running')");
    const violations = await audit(page, colorScheme === 'dark' ? ABOUT_COLOURS : undefined);
    expect([colorScheme, violations]).toEqual([colorScheme, []]);
    expect(await page.evaluate(INK)).toBe(colorScheme === 'dark' ? 'light' : 'dark');
  }
}

/** With forced colours, which override the colours of the page. */
export async function expectCleanInForcedColours(page: Page): Promise<void> {
  await page.emulateMedia({ forcedColors: 'active' });
  expect(await page.evaluate("matchMedia('(forced-colors: active)').matches")).toBe(true);
  expect(await audit(page)).toEqual([]);
  await page.emulateMedia({ forcedColors: 'none' });
}

/**
 * The horizontal scroll distance, and the elements outside of the window. Elements that are fixed or clipped cannot be
 * reached by scrolling. Tables may scroll in a container of their own.
 */
const ASTRAY = `(() => {
  const { scrollWidth, clientWidth } = document.scrollingElement;
  const beyond = [...document.body.querySelectorAll('*')]
    .filter((element) => element.checkVisibility() && !element.closest('.vf-hidden, .wide, svg'))
    .filter((element) => getComputedStyle(element).clipPath === 'none')
    .filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && (left < -0.5 || right > clientWidth + 0.5);
    })
    .map((element) => element.outerHTML.slice(0, 200));
  const bursting = [...document.querySelectorAll('button, .vf-button')]
    .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth)
    .map((element) => 'bursts: ' + element.outerHTML.slice(0, 200));
  return [...(scrollWidth > clientWidth ? ['scrolls by ' + (scrollWidth - clientWidth)] : []), ...beyond, ...bursting];
})()`;

/** WCAG 2.5.8. Links in a sentence are exempt; a checkbox is measured with its label. */
const SMALL = `[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary, [role=option]')]
  .filter((element) => element.checkVisibility() && !element.matches('p a'))
  .map((element) => (element.matches('[type=checkbox], [type=radio]') && element.labels[0]) || element)
  .filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width < 24 || height < 24;
  })
  .map((element) => element.outerHTML.slice(0, 200))`;

/** Nothing is out of reach or too small to press, once the page has adapted to the space. */
export async function expectToFit(page: Page, how: string): Promise<void> {
  await eventually(async () =>
    expect([how, await page.evaluate(ASTRAY), await page.evaluate(SMALL)]).toEqual([how, [], []]),
  );
}

/** Like a browser's text size setting: the page receives a resize event, as it has less space. */
export async function setTextSize(page: Page, percent: number): Promise<void> {
  await page.evaluate(
    `document.documentElement.style.fontSize = '${percent}%', window.dispatchEvent(new Event('resize'))`,
  );
}

export async function setDirection(page: Page, direction: 'ltr' | 'rtl'): Promise<void> {
  await page.evaluate(`document.documentElement.dir = '${direction}'`);
}

/** All requirements for a screen in any state: axe, then 320 pixels wide, with 200% text, and from right to left. */
export async function expectForEverybody(page: Page): Promise<void> {
  await expectClean(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await expectToFit(page, '320 pixels');
  await setTextSize(page, 200);
  await expectToFit(page, '320 pixels, 200%');
  await setDirection(page, 'rtl');
  await expectToFit(page, '320 pixels, 200%, from right to left');
}
