/**
 * Two backends and a browser, shared by all suites: started in jest's main process on first use, and stopped with the
 * run. Suites run in other processes, so they request them by HTTP.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserServer } from 'playwright-core';
import { startCluster } from './backends';
import { CHROMIUM_SHELL } from './chromium';
import { TestClient } from './http-client';
import { startNode } from './server';
import { ADMIN } from './shared';

let chromium: Promise<BrowserServer> | undefined;

const STARTERS: Record<string, () => Promise<unknown>> = {
  '/node': async () => [await startNode()],
  '/cluster': async () => {
    const { nodes } = await startCluster(2);
    await new TestClient(nodes[0]!.url).register(ADMIN);
    return nodes;
  },
  '/chromium': async () => {
    chromium = import('playwright-core').then((playwright) => playwright.chromium.launchServer(CHROMIUM_SHELL));
    return (await chromium).wsEndpoint();
  },
};

let server: Server | undefined;

/** @returns the URL for TEST_SHARED_URL */
export async function offerShared(): Promise<string> {
  const started = new Map<string, Promise<unknown>>();
  const offer = createServer(async (request, response) => {
    const what = request.url!;
    if (!started.has(what)) started.set(what, STARTERS[what]!());
    try {
      response.end(JSON.stringify(await started.get(what)));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve) => offer.listen(0, '127.0.0.1', resolve));
  server = offer;
  return `http://127.0.0.1:${(offer.address() as AddressInfo).port}`;
}

/** The nodes are stopped by `stopAll`. */
export async function stopShared(): Promise<void> {
  server?.close();
  server?.closeAllConnections();
  await (await chromium)?.close();
}
