/** Positions of elements, and layout shifts. Measured in the page, so the probes are strings. */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { eventually } from '../../support/eventually';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The box of an element, once it has one. */
export async function boxOf(locator: Locator): Promise<Box> {
  await locator.waitFor();
  return (await locator.boundingBox())!;
}

/** An open panel is next to its button, and inside of the window. */
export async function expectBeside(panel: Locator, button: Locator): Promise<void> {
  const page = panel.page();
  const { width, height } = page.viewportSize()!;
  await eventually(
    async () => {
      const [at, of] = [await boxOf(panel), await boxOf(button)];
      const gapBelow = at.y - (of.y + of.height);
      const gapAbove = of.y - (at.y + at.height);
      const gap = Math.round(Math.max(gapBelow, gapAbove));
      const overlap = Math.min(at.x + at.width, of.x + of.width) - Math.max(at.x, of.x);
      const inside = at.x >= 0 && at.y >= 0 && at.x + at.width <= width && at.y + at.height <= height;
      expect({ gap, overlaps: overlap > 20, inside }).toEqual({ gap: 6, overlaps: true, inside: true });
    },
    { timeout: 3_000 },
  );
}

/** Records the layout shifts that no user input has caused, in each page of this context. */
export async function watchShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript({
    content: `
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
          if (hadRecentInput) continue;
          window.shifts.push({ value, what: sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.nodeName) });
        }
      }).observe({ type: 'layout-shift', buffered: true });
    `,
  });
}

/** A slow network like a phone's, so that late content is visibly late. */
export async function slowLine(page: Page): Promise<void> {
  const line = await page.context().newCDPSession(page);
  const conditions = { offline: false, latency: 80, downloadThroughput: 250_000, uploadThroughput: 100_000 };
  await line.send('Network.emulateNetworkConditions', conditions);
}

/** The cumulative layout shift so far, and the elements that have moved. */
export async function shiftsOf(page: Page): Promise<{ sum: number; what: unknown[] }> {
  // Pending entries reach the observer within two frames.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const shifts = (await page.evaluate('window.shifts')) as { value: number; what: unknown }[];
  return { sum: shifts.reduce((sum, { value }) => sum + value, 0), what: shifts };
}
