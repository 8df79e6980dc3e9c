/** Requests that take their time. */
import type { BrowserContext, Page } from 'playwright-core';

export interface Held {
  /** Resolves when the page has asked. */
  asked: Promise<unknown>;
  /** Hands the answer over. @returns when the page has had it, and has done with it what it does at once */
  hand(): Promise<void>;
}

/** The next answer to this path stays on its way: what the server knew when it was asked. */
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

/** From here on requests to these addresses (a glob) do not leave the browser. @returns lets them go, and all that come */
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
