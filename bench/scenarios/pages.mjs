/** The home page in a real Chromium: until it can be used, and from a switch elsewhere until its name is painted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { chromium } from 'playwright-core';
import binaries from '../../scripts/lib/binaries.cjs';
import { inTurns, median, percentile, ratio, table } from '../lib/figures.mjs';
import { seedPeople } from '../lib/people.mjs';
import { barChart } from '../lib/plot.mjs';
import { startPeer } from '../lib/processes.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const OURS = 'Vedfolnir';
const PEER = 'Socket.IO, bare page';
/** Switches per page; even, so that the first platform is the active one again. */
const SWITCHES = 6;
/** Time for a page to become idle: after it could be used, and between switches. */
const REST_MS = 200;
const FIGURES = { firstPaint: 'first paint', usable: 'usable', pushToPaint: 'push to paint' };

const now = () => performance.timeOrigin + performance.now();

/**
 * Runs in the page. Calls `report` once the page is live, shows a name and has opened its menu on a click, and after
 * each frame that shows another name.
 */
function watch({ live, button, name, menu }) {
  let shown = null;
  const find = (selector) => document.querySelector(selector);
  const check = () => {
    const text = find(name)?.textContent;
    if (shown === null) {
      if (!text || !find(button) || !find(live)) return;
      find(button).click();
      if (!find(menu)?.matches(':popover-open')) return;
      const usable = performance.now();
      find(menu).hidePopover();
      shown = text;
      report({ usable });
    } else if (text && text !== shown) {
      shown = text;
      // The second callback runs after the frame of the first one was painted.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => report({ name: text, at: performance.timeOrigin + performance.now() })),
      );
    }
  };
  const options = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(check).observe(document, options);
}

/** Opens the page with an empty cache, and switches while it is open. */
async function measure({ browser, url, cookie, headers, switches, selectors }) {
  const context = await browser.newContext();
  if (cookie) await context.addCookies([{ ...cookie, url }]);
  const page = await context.newPage();
  let resolve;
  const next = () => new Promise((done) => (resolve = done));
  await page.exposeFunction('report', (found) => resolve(found));
  await page.addInitScript(watch, selectors);
  const isUsable = next();
  await page.goto(url, { waitUntil: 'commit' });
  const { usable } = await isUsable;
  const times = [];
  for (let count = 0; count < SWITCHES; count++) {
    await sleep(REST_MS);
    const { path, name } = switches[count % switches.length];
    const isPainted = next();
    const sent = now();
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    const painted = await isPainted;
    if (painted.name !== name) throw new Error(`${painted.name} was painted instead of ${name}`);
    times.push(painted.at - sent);
  }
  const firstPaint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
  );
  await context.close();
  return { firstPaint, usable, pushToPaint: median(times), times };
}

async function startOurs({ createDatabase, redisUrl }) {
  const databaseUrl = await createDatabase('pages');
  const node = await vedfolnir(databaseUrl, redisUrl(0))();
  const [{ cookie, platforms }] = await seedPeople(databaseUrl, 1);
  const url = `http://127.0.0.1:${node.port}`;
  const state = await (await fetch(`${url}/api/session`, { headers: { cookie } })).json();
  const [name, value] = cookie.split('=');
  const path = (index) => `/api/switch_platform/${platforms[index]}`;
  return {
    stop: node.stop,
    url,
    cookie: { name, value },
    headers: { cookie, 'x-csrftoken': state.csrf_token },
    switches: [
      { path: path(1), name: 'My pixelfed' },
      { path: path(0), name: 'My mastodon' },
    ],
    selectors: {
      live: 'vf-connection-dot [data-status="live"]',
      button: 'vf-platform-switcher button.vf-switcher-button',
      name: 'vf-platform-switcher button .vf-switcher-name',
      menu: 'vf-platform-switcher .vf-switcher',
    },
  };
}

async function startBare({ createDatabase, redisUrl }) {
  const databaseUrl = await createDatabase('bare_pages');
  const database = await createConnection(databaseUrl);
  await database.query('CREATE TABLE sessions (user_id INT PRIMARY KEY, platform_id INT NOT NULL)');
  await database.query('CREATE TABLE platforms (id INT PRIMARY KEY, user_id INT NOT NULL, name VARCHAR(100) NOT NULL)');
  await database.query("INSERT INTO platforms VALUES (2, 1, 'My mastodon'), (3, 1, 'My pixelfed')");
  await database.query('INSERT INTO sessions VALUES (1, 2)');
  await database.end();
  const node = await startPeer('bare-socket-io.mjs', { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl(3) });
  return {
    stop: node.stop,
    url: `http://127.0.0.1:${node.port}`,
    headers: {},
    switches: [
      { path: '/switch/1/3', name: 'My pixelfed' },
      { path: '/switch/1/2', name: 'My mastodon' },
    ],
    selectors: { live: '#status[data-status="live"]', button: '#name', name: '#name', menu: '#menu' },
  };
}

/** @returns the results */
export async function run(services, { quick }) {
  const executablePath = process.env.CHROMIUM_PATH ?? binaries.findBinary('chromium-headless-shell');
  if (!executablePath) return { text: 'pages: skipped, as there is no Chromium on the PATH' };
  console.log('Pages: starting …');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const [ours, bare] = await Promise.all([startOurs(services), startBare(services)]);
  const contenders = { [OURS]: ours, [PEER]: bare };
  for (const each of Object.values(contenders)) Object.assign(each, { browser });
  for (const each of Object.values(contenders)) await measure(each);
  const found = await inTurns(contenders, quick ? 3 : 12, measure);
  await browser.close();
  for (const { stop } of Object.values(contenders)) await stop();

  const all = (name, figure) => found[name].map((round) => round[figure]);
  const middle = (name, figure) => median(all(name, figure));
  const times = (name) => found[name].flatMap((round) => round.times);
  const row = (name) => [
    name,
    ...Object.keys(FIGURES).map((figure) => middle(name, figure).toFixed(0)),
    percentile(times(name), 99).toFixed(0),
  ];
  const ratios = Object.keys(FIGURES).map((figure) => ratio(all(OURS, figure), all(PEER, figure)).toFixed(2));
  const bars = (figure) =>
    [OURS, PEER].map((name) => ({ name, value: middle(name, figure), text: `${middle(name, figure).toFixed(0)} ms` }));
  const head = ['home page, cold cache', ...Object.values(FIGURES).map((words) => `${words} ms`), 'p99 ms'];
  return {
    text: table(head, [row(OURS), row(PEER), ['ours/theirs', ...ratios, '']]),
    plot: barChart(
      'The home page in Chromium',
      Object.entries(FIGURES).map(([figure, words]) => ({ name: words, bars: bars(figure) })),
    ),
  };
}
