/** Chromium as the suites use it. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from '../../support/chromium';
import { eventually } from '../../support/eventually';
import type { TestClient } from '../../support/http-client';
import { launch, temporaryFolder } from '../../support/processes';
import { sharedChromium } from '../../support/shared';
import { IS_CONNECTED, recordEvents, until } from './recorder';

/** A step that takes longer has failed; the test says so before jest gives up on it. */
const STEP_LIMIT_MS = 30_000;

/** The run's Chromium: its contexts end with this connection. All tabs are visible at once, as far as they know. */
export async function launchChromium(): Promise<Browser> {
  return chromium.connect(await sharedChromium());
}

/**
 * It keeps whole pages for the way back, as a person's does. Playwright's own way back waits for a page to load, which
 * one that was kept does not: let the page itself go back.
 */
export function launchKeepingChromium(): Promise<Browser> {
  return chromium.launch({ ...CHROMIUM, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
}

/**
 * As a person has it: of the tabs of a window one is seen, the others are hidden, slowed down, and can be frozen. It has
 * one profile, that is `browser.contexts()[0]`. @returns it, and the port that it can be steered by
 */
export async function launchPlainChromium(): Promise<[browser: Browser, port: number]> {
  const profile = [`--user-data-dir=${temporaryFolder()}`, '--remote-debugging-port=0'];
  const { output } = launch(CHROMIUM.executablePath, ['--headless', ...CHROMIUM.args, ...profile, 'about:blank']);
  const address = await eventually(() => /DevTools listening on (ws:\S+)/.exec(output())?.[1] ?? '');
  return [await chromium.connectOverCDP(address, { noDefaults: true }), Number(new URL(address).port)];
}

/** A browser of its own: cookies, storage and tabs apart from all others. */
export class Device {
  /** What the pages complained about: uncaught errors, and whatever the content security policy refused. */
  readonly complaints: string[] = [];

  private readonly tabs: Page[] = [];

  private constructor(
    readonly url: string,
    readonly context: BrowserContext,
  ) {}

  /** @param client whose session it has, if any; both go on sharing it */
  static async open(browser: Browser, url: string, client?: TestClient, options: BrowserContextOptions = {}) {
    return Device.of(await browser.newContext(options), url, client);
  }

  /** @param context once only: it is recorded from now on */
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

  /** A tab at `path`, as soon as it knows its session, and its elements have taken over what the server drew. */
  async tab(path: string): Promise<Page> {
    const page = await this.tabWithoutElements(path);
    await until(page, "!document.querySelector(':not(:defined)')");
    return page;
  }

  /** As `tab`, whatever becomes of the elements. */
  async tabWithoutElements(path: string): Promise<Page> {
    const page = await this.bareTab(path);
    await until(page, IS_CONNECTED);
    return page;
  }

  /** A tab that may have no session at all. */
  async bareTab(path: string): Promise<Page> {
    const page = await this.context.newPage();
    this.tabs.push(page);
    page.on('pageerror', (error) => this.complaints.push(`${path}: ${error.message}`));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(`${path}: ${message.text()}`);
    });
    await page.goto(this.url + path);
    return page;
  }

  /** All that were opened here; what stands in the profile stays. */
  async closeTabs(): Promise<void> {
    await Promise.all(this.tabs.splice(0).map((tab) => tab.close()));
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
