/** Debian's Chromium, or the one that CHROMIUM_PATH names. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { TestClient } from '../../support/http-client';
import { recordEvents, until } from './recorder';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A step that takes longer has failed; the test says so before jest gives up on it. */
const STEP_LIMIT_MS = 8_000;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: ARGS });
}

/** A browser of its own: cookies, storage and tabs apart from all others. */
export class Device {
  /** What the pages complained about: uncaught errors, and whatever the content security policy refused. */
  readonly complaints: string[] = [];

  private constructor(
    readonly url: string,
    readonly context: BrowserContext,
  ) {}

  /** @param client whose session it has, if any; both go on sharing it */
  static async open(browser: Browser, url: string, client?: TestClient, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
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

  /** A tab at `path`, as soon as it knows its session. */
  async tab(path: string): Promise<Page> {
    const page = await this.bareTab(path);
    await until(page, 'window.sessionSync?.getState() && window.sessionSync.getPerformanceMetrics().connected');
    return page;
  }

  /** A tab that may have no session at all. */
  async bareTab(path: string): Promise<Page> {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`${path}: ${error.message}`));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(`${path}: ${message.text()}`);
    });
    await page.goto(this.url + path);
    return page;
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
