/** What a page must be for everybody, whatever is open in it. Measured in the page, so the probes are text. */
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

/** @returns what axe finds serious or critical */
async function audit(page: Page): Promise<string[]> {
  // By the debugger's hand: the page's own policy would refuse the script, as it should.
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run(document)')) as { violations: Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Whether what is written is light or dark. Axe takes a page that paints no ground of its own for a white one. */
const INK = `(() => {
  const pen = document.createElement('canvas').getContext('2d');
  pen.fillStyle = getComputedStyle(document.body).color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return red + green + blue > 384 ? 'light' : 'dark';
})()`;

/** In the light and in the dark; the page stays dark. */
export async function expectClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(`matchMedia('(prefers-color-scheme: ${colorScheme})').matches`)).toBe(true);
    // The colours of what changes softly are those of neither until it has changed.
    await until(page, "document.getAnimations().every(({ playState }) => playState !== 'running')");
    expect([colorScheme, await audit(page)]).toEqual([colorScheme, []]);
    expect(await page.evaluate(INK)).toBe(colorScheme === 'dark' ? 'light' : 'dark');
  }
}

/** As with forced colours, where what a page wants to be seen by is taken from it. */
export async function expectCleanInForcedColours(page: Page): Promise<void> {
  await page.emulateMedia({ forcedColors: 'active' });
  expect(await page.evaluate("matchMedia('(forced-colors: active)').matches")).toBe(true);
  expect(await audit(page)).toEqual([]);
  await page.emulateMedia({ forcedColors: 'none' });
}

/**
 * How far the page can be pushed sideways, and what of it stands out of the window. What is fixed to the window, or cut
 * off at an edge, cannot be reached by any scrolling. Tables may be pushed in a frame of their own.
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

/** WCAG 2.5.8. A link in a sentence is as high as its line; a box is chosen by its words too. */
const SMALL = `[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary, [role=option]')]
  .filter((element) => element.checkVisibility() && !element.matches('p a'))
  .map((element) => (element.matches('[type=checkbox], [type=radio]') && element.labels[0]) || element)
  .filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width < 24 || height < 24;
  })
  .map((element) => element.outerHTML.slice(0, 200))`;

/** Nothing is out of reach, and nothing too small to press, once the page has seen how much room it has. */
export async function expectToFit(page: Page, how: string): Promise<void> {
  await eventually(
    async () => expect([how, await page.evaluate(ASTRAY), await page.evaluate(SMALL)]).toEqual([how, [], []]),
    { timeout: 3_000 },
  );
}

/** As a browser does that makes the text larger: it tells the page that it has less room. */
export async function setTextSize(page: Page, percent: number): Promise<void> {
  await page.evaluate(
    `document.documentElement.style.fontSize = '${percent}%', window.dispatchEvent(new Event('resize'))`,
  );
}

export async function setDirection(page: Page, direction: 'ltr' | 'rtl'): Promise<void> {
  await page.evaluate(`document.documentElement.dir = '${direction}'`);
}

/** All that must hold of a screen, whatever is open on it: axe, and 320 pixels, with 200% text, from right to left. */
export async function expectForEverybody(page: Page): Promise<void> {
  await expectClean(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await expectToFit(page, '320 pixels');
  await setTextSize(page, 200);
  await expectToFit(page, '320 pixels, 200%');
  await setDirection(page, 'rtl');
  await expectToFit(page, '320 pixels, 200%, from right to left');
}
