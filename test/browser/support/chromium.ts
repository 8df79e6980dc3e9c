/** Chromium with the settings of the suites. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from '../../support/chromium';
import { eventually } from '../../support/eventually';
import type { TestClient } from '../../support/http-client';
import { launch, temporaryFolder } from '../../support/processes';
import { sharedChromium } from '../../support/shared';
import { IS_CONNECTED, recordEvents, until } from './recorder';

/** A step that takes longer has failed; the test reports it before jest's own timeout. */
const STEP_LIMIT_MS = 30_000;

/** The shared Chromium: its contexts are closed with this connection. For their pages, all tabs are visible at once. */
export async function launchChromium(): Promise<Browser> {
  return chromium.connect(await sharedChromium());
}

/**
 * Keeps pages in the back/forward cache, like a user's browser. Playwright's `goBack` waits for a load event, which a
 * cached page does not have: call `history.back()` in the page.
 */
export function launchKeepingChromium(): Promise<Browser> {
  return chromium.launch({ ...CHROMIUM, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
}

/**
 * Like a user's browser: only one tab of a window is visible, the others are hidden and throttled, and can be frozen.
 * It has one profile, `browser.contexts()[0]`.
 * @returns the browser and its debugging port
 */
export async function launchPlainChromium(): Promise<[browser: Browser, port: number]> {
  const profile = [`--user-data-dir=${temporaryFolder()}`, '--remote-debugging-port=0'];
  const { output } = launch(CHROMIUM.executablePath, ['--headless', ...CHROMIUM.args, ...profile, 'about:blank']);
  const address = await eventually(() => /DevTools listening on (ws:\S+)/.exec(output())?.[1] ?? '');
  return [await chromium.connectOverCDP(address, { noDefaults: true }), Number(new URL(address).port)];
}

/** A browser context: cookies, storage and tabs separate from all others. */
export class Device {
  /** Uncaught errors of the pages, and violations of the content security policy. */
  readonly complaints: string[] = [];

  private readonly tabs: Page[] = [];

  private constructor(
    readonly url: string,
    readonly context: BrowserContext,
  ) {}

  /** @param client whose session it uses, if any; both go on sharing it */
  static async open(browser: Browser, url: string, client?: TestClient, options: BrowserContextOptions = {}) {
    return Device.of(await browser.newContext(options), url, client);
  }

  /** @param context only once each: its events are recorded from now on */
  static async of(context: BrowserContext, url: string, client?: TestClient) {
    context.setDefaultTimeout(STEP_LIMIT_MS);
    const device = new Device(url, context);
    await recordEvents(context);
    if (client) await device.useSessionOf(client);
    return device;
  }

  async useSessionOf(client: TestClient): Promise<void> {
    const pairs = client.cookie.split('; ').map((pair) => pair.split('='));
    await this.context.addCookies(
      pairs.map(([name, value]) => ({ name: name!, value: value!, url: this.url, httpOnly: true })),
    );
  }

  /** Opens a tab at `path`. Resolves when its session is known and its elements are defined. */
  async tab(path: string): Promise<Page> {
    const page = await this.tabWithoutElements(path);
    await until(page, "!document.querySelector(':not(:defined)')");
    return page;
  }

  /** Like `tab`, but does not wait for the elements. */
  async tabWithoutElements(path: string): Promise<Page> {
    const page = await this.bareTab(path);
    await until(page, IS_CONNECTED);
    return page;
  }

  /** Opens a tab that may have no session. */
  async bareTab(path: string): Promise<Page> {
    const page = await this.context.newPage();
    this.tabs.push(page);
    // A subscription takes a moment to reach the shared browser: one made in a test could miss the request it is for.
    page.on('request', () => {});
    page.on('response', () => {});
    page.on('pageerror', (error) => this.complaints.push(`${path}: ${error.message}`));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(`${path}: ${message.text()}`);
    });
    await page.goto(this.url + path);
    return page;
  }

  /** Closes the tabs that were opened here, but not the others of the profile. */
  async closeTabs(): Promise<void> {
    await Promise.all(this.tabs.splice(0).map((tab) => tab.close()));
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
