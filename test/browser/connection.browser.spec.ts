/** What the page says of its connection is so: live, late, none, or not yet known. */
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { eventually } from '../support/eventually';
import { freePort } from '../support/processes';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';
import { newPerson, type Person } from './support/people';
import { standsOn, until } from './support/recorder';

const CONNECTING = 'Connecting';
const LIVE = 'Live: changes elsewhere show here at once';
const DELAYED = 'Delayed: changes elsewhere may take 15 seconds to show here';
const AWAY = 'Not connected';
/** As the words promise, and a little for the page to draw it. */
const DELAY_MS = 16_000;

/** All that the dot has said, from its first moment on. */
const LISTENER = `
  window.said = [];
  new MutationObserver(() => {
    const words = document.querySelector('.vf-dot')?.getAttribute('aria-label');
    if (words && words !== window.said.at(-1)) window.said.push(words);
  }).observe(document, { childList: true, subtree: true, attributeFilter: ['aria-label'] });
`;

const SOCKETS_FORBIDDEN = `window.WebSocket = function () { throw new DOMException('Not allowed', 'SecurityError') }`;

let node: ServerNode;
let browser: Browser;
let person: Person;
let device: Device;

beforeAll(async () => {
  [node, browser] = await Promise.all([startNode({ PORT: String(await freePort()) }), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await node?.stop();
});

beforeEach(async () => {
  person = await newPerson(node.url);
  device = await Device.open(browser, node.url, person.client);
  await device.context.addInitScript({ content: LISTENER });
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

const said = (tab: Page): Promise<string[]> => tab.evaluate('window.said');
const saysNow = (tab: Page, words: string, timeout?: number) =>
  eventually(async () => expect((await said(tab)).at(-1)).toBe(words), { timeout });
const banner = (tab: Page) => tab.getByText('No connection to the server');

/** As another part of the page does that comes later. */
const mountAgain = (tab: Page): Promise<unknown> =>
  tab.evaluate(`for (const name of ['vf-connection-dot', 'vf-offline-banner'])
    document.querySelector(name).replaceWith(document.createElement(name))`);

/** A proxy that lets HTTP through and no sockets. */
async function refuseSockets(answer: (socket: WebSocketRoute) => unknown = (socket) => socket.close()) {
  const proxy = { open: false };
  await device.context.routeWebSocket(/socket\.io/, (socket) => {
    if (proxy.open) socket.connectToServer();
    else answer(socket);
  });
  return proxy;
}

it('is live as soon as it is, and not a moment earlier; a part that comes later says so at once', async () => {
  const tab = await device.tab('/');
  await saysNow(tab, LIVE);
  expect([[LIVE], [CONNECTING, LIVE]]).toContainEqual(await said(tab));
  await tab.evaluate('void (window.said = [])');
  await mountAgain(tab);
  await saysNow(tab, LIVE);
  expect(await said(tab)).toEqual([LIVE]);
});

it('comes late where no socket is let through, in each tab, and is live when one is', async () => {
  const proxy = await refuseSockets();
  const [leader, follower] = [await device.bareTab('/'), await device.bareTab('/')] as const;
  for (const tab of [leader, follower]) {
    await saysNow(tab, DELAYED);
    expect(await said(tab)).toEqual([CONNECTING, DELAYED]);
    expect(await tab.evaluate('window.sessionSync.getPerformanceMetrics().connected')).toBe(false);
    expect(await banner(tab).count()).toBe(0);
  }
  const { id } = person.platforms[1]!;
  await person.client.post(`/api/switch_platform/${id}`, {});
  for (const tab of [leader, follower]) await eventually(() => standsOn(tab, id), { timeout: DELAY_MS });
  await mountAgain(leader);
  for (const tab of [leader, follower]) expect(await said(tab)).toEqual([CONNECTING, DELAYED]);

  proxy.open = true;
  await Promise.all([leader, follower].map((tab) => saysNow(tab, LIVE)));
  await until(follower, 'window.sessionSync.getPerformanceMetrics().connected');
});

it.each([
  ['are opened and nothing comes through them', () => refuseSockets(() => {})],
  ['are not so much as made', () => device.context.addInitScript({ content: SOCKETS_FORBIDDEN })],
])('comes late where sockets %s', async (_how, forbid) => {
  await forbid();
  const tab = await device.bareTab('/');
  await saysNow(tab, DELAYED);
  expect(await said(tab)).toEqual([CONNECTING, DELAYED]);
  expect(await banner(tab).count()).toBe(0);
});

it('is not connected while the server is away, whenever the part of the page comes, until it is back', async () => {
  const tab = await device.tab('/');
  await saysNow(tab, LIVE);
  await node.stop();
  await saysNow(tab, AWAY);
  await banner(tab).waitFor();
  await tab.evaluate('void (window.said = [])');
  await mountAgain(tab);
  await saysNow(tab, AWAY);
  await banner(tab).waitFor();
  expect(await said(tab)).toEqual([AWAY]);

  node = await startNode({ PORT: String(node.port) }, { cwd: node.cwd });
  await saysNow(tab, LIVE, DELAY_MS);
  await banner(tab).waitFor({ state: 'detached' });
});
