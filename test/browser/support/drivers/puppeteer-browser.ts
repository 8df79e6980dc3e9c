/** Chromium by the DevTools protocol, and Firefox by WebDriver BiDi. */
import puppeteer, { type Browser, type BrowserContext, type ElementHandle, type Page } from 'puppeteer-core';
import { findBinary } from '../../../../scripts/lib/binaries.cjs';
import { CHROMIUM } from '../../../support/chromium';
import { stopWithTests, temporaryFolder } from '../../../support/processes';
import { cookiePairs, type DrivenBrowser, type DrivenTab, type Key, pngUrl } from './driver';

class PuppeteerTab implements DrivenTab {
  constructor(private readonly page: Page) {}

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async evaluate<T>(expression: string): Promise<T> {
    return (await this.page.evaluate(expression)) as T;
  }

  async click(element: string): Promise<void> {
    await this.page.bringToFront();
    const handle = (await this.page.evaluateHandle(element)) as ElementHandle;
    await handle.click();
    // The click may have led to another page.
    await handle.dispose().catch(() => {});
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  async press(key: Key): Promise<void> {
    await this.page.keyboard.press(key);
  }

  async picture(): Promise<string> {
    await this.page.bringToFront();
    return pngUrl(await this.page.screenshot({ encoding: 'base64' }));
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

class PuppeteerBrowser implements DrivenBrowser {
  private context: BrowserContext | null = null;

  constructor(private readonly browser: Browser) {}

  async reset(url: string, cookies: string): Promise<void> {
    await this.context?.close();
    this.context = await this.browser.createBrowserContext();
    const { hostname: domain } = new URL(url);
    const attributes = { domain, path: '/', httpOnly: true };
    await this.context.setCookie(...cookiePairs(cookies).map((pair) => ({ ...pair, ...attributes })));
  }

  async newTab(): Promise<DrivenTab> {
    return new PuppeteerTab(await this.context!.newPage());
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }
}

async function launch(browser: 'chrome' | 'firefox', executablePath: string, args: string[]): Promise<DrivenBrowser> {
  const home = temporaryFolder();
  const env = { PATH: process.env.PATH, HOME: home };
  const started = await puppeteer.launch({ browser, executablePath, args, env, userDataDir: temporaryFolder() });
  stopWithTests(started.process()!.pid!);
  return new PuppeteerBrowser(started);
}

export const startChromium = () => launch('chrome', CHROMIUM.executablePath, CHROMIUM.args);
export const startFirefox = () => launch('firefox', findBinary('firefox-esr')!, []);
