/** Records every event of a page, from before its first script. */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { SessionEvents } from '../../../client/core/event-details';
import { eventually } from '../../support/eventually';

/** True in a page that knows its session and receives its events. */
export const IS_CONNECTED = 'window.sessionSync?.getState() && window.sessionSync.getPerformanceMetrics().connected';

/** A page of Playwright, or a tab of any browser. */
interface Evaluates {
  evaluate(expression: string): Promise<unknown>;
}

/** Runs in the page, so it is a string: these sources have no `window` type. */
const RECORDER = `
  window.heard = {};
  const keep = (event) => (window.heard[event.type] ??= []).push(event.detail);
  for (const name of ['sessionStateChanged', 'platformSwitched', 'sessionExpiring', 'sessionExtended', 'sessionExpired',
    'platformsChanged', 'sessionConnectionChanged']) window.addEventListener(name, keep);
  document.addEventListener('sessionUpdated', keep);
`;

export async function recordEvents(context: BrowserContext): Promise<void> {
  await context.addInitScript({ content: RECORDER });
}

/** The details of all events of this name that the page has received. */
export function heard<E extends keyof SessionEvents>(page: Page, name: E): Promise<SessionEvents[E][]> {
  return page.evaluate(`window.heard['${name}'] ?? []`);
}

/**
 * Clicks.
 * @returns the time at which the page received the click: Playwright clicks once a tab is rendered, and a background
 * tab is rendered once a second
 */
export async function press(button: Locator): Promise<number> {
  const page = button.page();
  await page.evaluate(
    `window.addEventListener('click', () => (window.pressedAt = Date.now()), { capture: true, once: true })`,
  );
  await button.click();
  return (await page.evaluate('window.pressedAt')) as number;
}

/**
 * The times of the event in each of these pages from now on, in milliseconds of the machine's clock. Reported at once,
 * because at the end of a session a page navigates away and its records are lost.
 */
export async function timesOf(name: keyof SessionEvents, pages: readonly Page[]): Promise<number[]> {
  const times: number[] = [];
  const binding = `came${name}`;
  for (const context of new Set(pages.map((page) => page.context()))) {
    await context.exposeBinding(binding, (_source, at: number) => void times.push(at));
  }
  for (const page of pages) {
    await page.evaluate(`window.addEventListener('${name}', () => window.${binding}(Date.now()))`);
  }
  return times;
}

/**
 * The URLs of pages in which these words become visible from now on, in pages that load and in those restored from the
 * back/forward cache. Reported once for each time that a page is shown.
 */
export async function sightingsOf(words: string, context: BrowserContext): Promise<string[]> {
  const sightings: string[] = [];
  await context.exposeBinding('sighted', (_source, address: string) => void sightings.push(address));
  const content = `{
    let told = false;
    window.addEventListener('pageshow', () => (told = false));
    const look = () => {
      window.requestAnimationFrame(look);
      const { body } = document;
      if (told || !body?.checkVisibility() || !body.innerText.includes(${JSON.stringify(words)})) return;
      told = true;
      window.sighted(window.location.href);
    };
    look();
  }`;
  await context.addInitScript({ content });
  await Promise.all(context.pages().map((page) => page.evaluate(content)));
  return sightings;
}

/**
 * Waits until an expression is true in the page. Playwright's own `waitForFunction` evaluates a string inside of the
 * page, which our content security policy forbids.
 */
export async function until(page: Evaluates, expression: string): Promise<void> {
  await eventually(async () => {
    if (!(await page.evaluate(`Boolean(${expression})`))) throw new Error(`Not yet true: ${expression}`);
  });
}

/** Waits until the tab shows this platform. */
export function standsOn(page: Evaluates, platformId: number): Promise<void> {
  return until(page, `window.sessionSync.getState()?.platform?.id === ${platformId}`);
}
