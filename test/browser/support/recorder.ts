/** Writes down every event of a page from before its first script on. */
import type { BrowserContext, Page } from 'playwright-core';
import type { SessionEvents } from '../../../client/core/details';
import { eventually } from '../../support/eventually';

/** Runs in the page, so it is text: these sources know no `window`. */
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

/** The details of all events of this name that the page has had. */
export function heard<E extends keyof SessionEvents>(page: Page, name: E): Promise<SessionEvents[E][]> {
  return page.evaluate(`window.heard['${name}'] ?? []`);
}

/**
 * Waits until an expression is true in the page. Playwright's own `waitForFunction` evaluates text inside of the page,
 * which our content security policy forbids.
 */
export async function until(page: Page, expression: string): Promise<void> {
  await eventually(async () => {
    if (!(await page.evaluate(`Boolean(${expression})`))) throw new Error(`Not yet true: ${expression}`);
  });
}

/** Waits until the tab stands on this platform. */
export function standsOn(page: Page, platformId: number): Promise<void> {
  return until(page, `window.sessionSync.getState()?.platform?.id === ${platformId}`);
}
