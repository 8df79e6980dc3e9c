/** What Lighthouse for mobile finds on each page. See "Pages in a browser" in docs/performance.md. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import { ADMIN, sharedNodes } from '../support/shared';
import { Device, launchPlainChromium } from './support/chromium';

const isWhole = FULL || process.env.FIGURES === '1';
const PUBLIC = isWhole ? ['/login', '/register', '/reset'] : [];
/** First those that load most. */
const PRIVATE = ['/', '/create_post', '/admin', '/images', '/platforms', '/devices', '/activity', '/account'].slice(
  0,
  isWhole ? undefined : 1,
);
/** Lower in the short form, which runs beside other suites: a page that became slow still fails. */
const LEAST_PERFORMANCE = isWhole ? 95 : 60;
const MOST_SHIFT = 0.02;

interface Report {
  url: string;
  problem: string | null;
  scores: Record<'performance' | 'accessibility' | 'best-practices' | 'seo', number>;
  metrics: Record<string, number>;
  failed: string[];
  notKept: string[];
}

let url: string;
let browser: Browser;
let port: number;
let lighthouse: ChildProcess;
let device: Device;
const reports = new Map<string, Report>();

beforeAll(async () => {
  [{ url }] = await sharedNodes('node');
  [browser, port] = await launchPlainChromium();
  lighthouse = fork(join(__dirname, 'support/lighthouse.mjs'), { execArgv: [] });
  device = await Device.of(browser.contexts()[0]!, url);
});

afterAll(async () => {
  lighthouse?.kill();
  await browser?.close();
  if (process.env.FIGURES === '1') publish();
});

/** Lighthouse asks to be run again when Chromium has recorded no trace of the navigation. */
async function audit(path: string): Promise<Report> {
  const report = await auditOnce(path);
  return report.problem?.includes('NO_NAVSTART') ? auditOnce(path) : report;
}

async function auditOnce(path: string): Promise<Report> {
  lighthouse.send({ port, url: url + path });
  const [{ report, error }] = (await once(lighthouse, 'message')) as [{ report: Report; error?: string }];
  if (error) throw new Error(error);
  reports.set(path, report);
  return report;
}

function expectGood(path: string, { problem, scores, metrics, failed, url: shown }: Report): void {
  expect([problem, new URL(shown).pathname, failed]).toEqual([null, path, []]);
  expect(scores).toEqual({ performance: expect.any(Number), accessibility: 100, 'best-practices': 100, seo: 100 });
  expect({ path, metrics, fast: scores.performance >= LEAST_PERFORMANCE }).toEqual({ path, metrics, fast: true });
  expect(metrics['cumulative-layout-shift']).toBeLessThan(MOST_SHIFT);
}

for (const path of PUBLIC) {
  it(`${path}, which the browser keeps for the way back`, async () => {
    const report = await audit(path);
    expectGood(path, report);
    expect(report.notKept).toEqual([]);
  });
}

describe('signed in', () => {
  beforeAll(async () => {
    const admin = new TestClient(url);
    await admin.login(ADMIN);
    await device.useSessionOf(admin);
  });

  it.each(PRIVATE)('%s', async (path) => {
    expectGood(path, await audit(path));
  });
});

/** Into the table of docs/performance.md, on demand: a run of the tests leaves the tree as it was. */
function publish(): void {
  const file = join(__dirname, '../../docs/performance.md');
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const rows = [...reports].map(([path, { scores, metrics: of }]) => {
    const figures = [
      ...Object.values(scores),
      seconds(of['first-contentful-paint']!),
      seconds(of['largest-contentful-paint']!),
      Math.round(of['total-blocking-time']!),
      of['cumulative-layout-shift']!.toFixed(3),
      Math.round(of['total-byte-weight']! / 1024),
    ];
    return `| \`${path}\` | ${figures.join(' | ')} |`;
  });
  const [before, rest] = readFileSync(file, 'utf8').split('<!-- pages -->\n');
  const after = rest!.slice(rest!.indexOf('<!-- /pages -->'));
  const head = [
    '| page | performance | accessibility | best practices | SEO | FCP s | LCP s | TBT ms | CLS | KB |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
  ];
  writeFileSync(file, `${before}<!-- pages -->\n${[...head, ...rows].join('\n')}\n${after}`);
}
