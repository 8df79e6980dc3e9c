/** All tabs of a browser share one socket: whatever becomes of the tab that has it, none of them falls behind. */
import type { Browser, Page } from 'playwright-core';
import type { SessionState } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { FULL } from '../support/scale';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium, launchPlainChromium } from './support/chromium';
import { crash, freeze, hang } from './support/devtools';
import { newPerson, type Person } from './support/people';
import { heard, standsOn, until } from './support/recorder';

const PATHS = ['/', '/platforms', '/devices', '/create_post', '/account'];
/** From the moment that the leader is gone; the short form runs on any machine. */
const RECOVERY_MS = FULL ? 2_000 : 15_000;

let node: ServerNode;
let person: Person;
let device: Device;

beforeAll(async () => {
  node = await startNode();
});

afterAll(() => node?.stop());

beforeEach(async () => {
  person = await newPerson(node.url);
});

/** As the server counts them. */
async function sockets(): Promise<number> {
  const { text } = await person.client.get('/metrics');
  return Number(/^vedfolnir_sockets (\d+)$/m.exec(text)?.[1]);
}

async function load(paths = PATHS): Promise<Page[]> {
  const tabs: Page[] = [];
  for (const path of paths) tabs.push(await device.tab(path));
  return tabs;
}

async function openTabs(paths = PATHS): Promise<Page[]> {
  const tabs = await load(paths);
  // The one opened last is seen, and takes the lead for that.
  await eventually(async () => (await leaderOf(tabs)).evaluate("document.visibilityState === 'visible'"));
  return tabs;
}

/** The tab that leads, as soon as there is one and it is connected. */
function leaderOf(tabs: Page[]): Promise<Page> {
  const leads = '(({ leader, connected }) => leader && connected)(window.sessionSync.getPerformanceMetrics())';
  return eventually(async () => {
    const found = await Promise.all(tabs.map((tab) => tab.evaluate(leads)));
    const leaders = tabs.filter((_, index) => found[index]);
    if (leaders.length !== 1) throw new Error(`${leaders.length} leaders`);
    return leaders[0]!;
  });
}

async function switchElsewhere(to: number): Promise<number> {
  const { id } = person.platforms[to]!;
  expect((await person.client.post(`/api/switch_platform/${id}`, {})).status).toBe(200);
  return id;
}

/** What the person changes meanwhile must reach every tab. @returns how long the tabs that are left had no leader; ms */
async function recover(tabs: Page[], strike: (leader: Page) => Promise<unknown>) {
  const leader = await leaderOf(tabs);
  const left = tabs.filter((tab) => tab !== leader);
  const began = performance.now();
  await strike(leader);
  const to = await switchElsewhere(1);
  const { id } = person.platforms[2]!;
  expect((await person.client.patch(`/api/platforms/${id}`, { name: 'Delta' })).status).toBe(200);
  await leaderOf(left);
  const took = performance.now() - began;
  const { revision } = (await person.client.get<SessionState>('/api/session')).body;
  await eventually(
    async () => {
      for (const tab of left) expect(await tab.evaluate('window.sessionSync.getState().revision')).toBe(revision);
    },
    { timeout: RECOVERY_MS },
  );
  await Promise.all(left.map((tab) => standsOn(tab, to)));
  for (const tab of left) expect(await heard(tab, 'platformSwitched')).toMatchObject([{ platformName: 'Beta' }]);
  return { took, left };
}

describe('Point 4: in a browser of which one tab is seen', () => {
  let browser: Browser;

  beforeAll(async () => {
    [browser] = await launchPlainChromium();
    device = await Device.of(browser.contexts()[0]!, node.url);
  });

  beforeEach(() => device.useSessionOf(person.client));

  afterEach(async () => {
    await device.closeTabs();
    expect(device.complaints).toEqual([]);
  });

  afterAll(() => browser?.close());

  it('five tabs hold one socket, and each follows a switch and tells it once', async () => {
    const tabs = await openTabs();
    await eventually(async () => expect(await sockets()).toBe(1));
    await tabs[0]!.evaluate(`window.sessionSync.switchPlatform(${person.platforms[2]!.id})`);
    await Promise.all(tabs.map((tab) => standsOn(tab, person.platforms[2]!.id)));
    const to = await switchElsewhere(1);
    await Promise.all(tabs.map((tab) => standsOn(tab, to)));
    for (const tab of tabs) {
      const switches = await heard(tab, 'platformSwitched');
      expect(switches).toMatchObject([
        { platformName: 'Gamma', fromThisTab: tab === tabs[0] },
        { platformName: 'Beta', fromThisTab: false },
      ]);
    }
    expect(await sockets()).toBe(1);
  });

  it('the tab that is seen leads', async () => {
    const tabs = await openTabs();
    for (const seen of [tabs[1]!, tabs[4]!, tabs[0]!]) {
      await seen.bringToFront();
      await eventually(async () => expect(await leaderOf(tabs)).toBe(seen));
    }
    await eventually(async () => expect(await sockets()).toBe(1));
  });

  it.each([
    ['closed', (leader: Page) => leader.close()],
    ['frozen', freeze],
    ['killed', crash],
  ])('another leads within two seconds after the leader was %s, and no switch is missed', async (how, strike) => {
    const { took } = await recover(await openTabs(), strike);
    process.stdout.write(`another tab led ${Math.round(took)} ms after the leader was ${how}\n`);
    expect(took).toBeLessThan(RECOVERY_MS);
    await eventually(async () => expect(await sockets()).toBe(1));
  });

  it('a tab that was frozen sends nothing before it has looked', async () => {
    const [frozen, seen] = (await openTabs(PATHS.slice(0, 2))) as [Page, Page];
    await frozen.waitForLoadState('networkidle');
    const thaw = await freeze(frozen);
    const to = await switchElsewhere(1);
    await standsOn(seen, to);
    const asked: string[] = [];
    frozen.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await thaw();
    const own = person.platforms[2]!.id;
    await frozen.evaluate(`window.sessionSync.switchPlatform(${own})`);
    expect(asked.indexOf('GET /api/session')).toBe(0);
    expect(asked).toContain(`POST /api/switch_platform/${own}`);
    expect(await heard(frozen, 'platformSwitched')).toMatchObject([
      { platformName: 'Beta', fromThisTab: false },
      { platformName: 'Gamma', fromThisTab: true },
    ]);
  });

  it.each([
    ['leads', true],
    ['follows', false],
  ])('a tab that %s signs all out, each with the same reason', async (_, leads) => {
    const tabs = await openTabs();
    const leader = await leaderOf(tabs);
    const others = tabs.filter((tab) => tab !== leader);
    const [from, to] = leads ? [leader, others] : [others[0]!, [leader, ...others.slice(1)]];
    // Each page leaves for the login at its end, and what it heard would go with it.
    const ends: string[] = [];
    await device.context.exposeBinding(`ended${leads}`, (_source, end: string) => void ends.push(end));
    for (const tab of to) {
      await tab.evaluate(`window.addEventListener('sessionExpired', ({ detail }) =>
        window.ended${leads}(detail.reason + ' ' + detail.errorCode))`);
    }
    await from.evaluate('window.sessionSync.logout()');
    await Promise.all(tabs.map((tab) => tab.waitForURL('**/login?reason=logout', { waitUntil: 'commit' })));
    expect(ends).toEqual(to.map(() => 'logout SESSION_REVOKED'));
    await eventually(async () => expect(await sockets()).toBe(0));
  });
});

describe('Point 4: in a browser of which all tabs are seen', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  beforeEach(async () => {
    device = await Device.open(browser, node.url, person.client);
  });

  afterEach(async () => {
    await device.close();
    expect(device.complaints).toEqual([]);
  });

  afterAll(() => browser?.close());

  it('another leads within two seconds after the leader hung without a word, and it follows when it is back', async () => {
    let release: () => Promise<unknown> = async () => {};
    const tabs = await openTabs();
    const { took, left } = await recover(tabs, async (leader) => {
      release = await hang(leader);
    });
    process.stdout.write(`another tab led ${Math.round(took)} ms after the leader hung\n`);
    expect(took).toBeLessThan(RECOVERY_MS);
    await release();
    const to = await switchElsewhere(2);
    await Promise.all(tabs.map((tab) => standsOn(tab, to)));
    expect(left).toContain(await leaderOf(tabs));
    await eventually(async () => expect(await sockets()).toBe(1));
  });

  it('without locks each tab has its own socket, and all else is the same', async () => {
    await device.context.addInitScript({ content: "Object.defineProperty(navigator, 'locks', { value: undefined })" });
    const tabs = await load();
    expect(await sockets()).toBe(tabs.length);
    await tabs[0]!.evaluate(`window.sessionSync.switchPlatform(${person.platforms[1]!.id})`);
    await Promise.all(tabs.map((tab) => standsOn(tab, person.platforms[1]!.id)));
    for (const tab of tabs) {
      expect(await heard(tab, 'platformSwitched')).toMatchObject([{ fromThisTab: tab === tabs[0] }]);
      await until(tab, 'window.sessionSync.getPerformanceMetrics().leader');
    }
    await tabs.pop()!.close();
    await eventually(async () => expect(await sockets()).toBe(tabs.length));
    const to = await switchElsewhere(2);
    await Promise.all(tabs.map((tab) => standsOn(tab, to)));
    await tabs[1]!.evaluate('window.sessionSync.logout()');
    await Promise.all(tabs.map((tab) => tab.waitForURL('**/login?reason=logout', { waitUntil: 'commit' })));
    await eventually(async () => expect(await sockets()).toBe(0));
  });
});
