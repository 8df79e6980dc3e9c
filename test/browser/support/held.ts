/** Requests and responses that are held back, or not made. */
import type { BrowserContext, Page } from 'playwright-core';

export interface Held {
  /** Resolves when the page has sent the request. */
  asked: Promise<unknown>;
  /** Releases the response. @returns when the page has received it, and has handled it */
  hand(): Promise<void>;
}

/** Holds the next response to this path: its content is from the time of the request. */
export async function holdNext(page: Page, path: string): Promise<Held> {
  const atPath = (url: URL) => url.pathname === path;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = page.waitForRequest((request) => atPath(new URL(request.url())));
  await page.route(
    atPath,
    async (route) => {
      const response = await route.fetch();
      await released;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  const hand = async (): Promise<void> => {
    const request = await asked;
    release();
    await (await request.response())?.finished();
    await page.evaluate('window.sessionSync.syncSessionState()');
  };
  return { asked, hand };
}

/**
 * From now on requests to these URLs (a glob) do not leave the browser.
 * @returns releases these and all later requests
 */
export async function holdBack(where: Page | BrowserContext, addresses: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await where.route(addresses, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/**
 * Pages that are opened from now on do not look for news from time to time, which they do every 8.5 s and more: what
 * reaches them was sent by the server, however long it took.
 */
export async function withoutPolls(...contexts: BrowserContext[]): Promise<void> {
  const content = `{
    for (const name of ['setTimeout', 'setInterval']) {
      const own = window[name];
      window[name] = (task, delay, ...rest) => (delay >= 8_500 && delay < 12_000 ? 0 : own(task, delay, ...rest));
    }
  }`;
  for (const context of contexts) await context.addInitScript({ content });
}
