/**
 * Random lives of a page in which anything comes and goes at any time; see `Life`. Nothing is sent to a platform that
 * was not shown when its first letter was typed, nothing is drawn twice, no error is uncaught. A failure names its seed.
 */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import sirv from 'sirv';
import { FULL } from '../support/scale';
import { launchChromium } from './support/chromium';

const ROOT = join(__dirname, '../..');
/** All of them take about ten minutes. */
const SCHEDULES = FULL ? 10_000 : 100;
const LIMIT_MS = 1_800_000;
/** After so many a new page: a browser keeps what it needed for each frame. */
const SCHEDULES_PER_PAGE = 200;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  const bundle = join(ROOT, 'test/browser/support/bundle.mjs');
  const main = join(ROOT, 'client/testing/page-life/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [bundle, main], { maxBuffer: 10_000_000 });
  const client = sirv(join(ROOT, 'dist/client'), { maxAge: 3_600 });
  server = createServer((request, response) => {
    request.url = request.url?.replace('/client/', '/');
    client(request, response, () => {
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><body><script type=module>${stdout}</script>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  server?.closeAllConnections();
});

it(
  `${SCHEDULES} schedules of a page's life`,
  async () => {
    const page = await browser.newPage();
    for (let from = 1; from <= SCHEDULES; from += SCHEDULES_PER_PAGE) {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const to = Math.min(SCHEDULES, from + SCHEDULES_PER_PAGE - 1);
      expect(await page.evaluate(`runSchedules(${from}, ${to})`)).toEqual([]);
    }
  },
  LIMIT_MS,
);
