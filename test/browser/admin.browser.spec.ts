/** What an administrator does with everybody's sessions. */
import type { Page } from 'playwright-core';
import type { OverviewView } from '../../src/protocol/admin';
import type { RestSessionState } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { FULL } from '../support/scale';
import { Device } from './support/chromium';
import { withoutPolls } from './support/held';
import { boxOf } from './support/layout';
import { press, timesOf } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage({ names: [] });
let office: Device;
let tab: Page;
let person: RestSessionState;

beforeEach(async () => {
  office = await stage.office();
  tab = await office.tab('/admin');
  person = (await stage.person.client.get<RestSessionState>('/api/session')).body;
});

afterEach(async () => {
  await office.close();
  expect(office.complaints).toEqual([]);
});

const found = () => tab.locator('[data-sessions] > li');

async function search(query: string): Promise<void> {
  await tab.getByRole('searchbox').fill(query);
  const answered = tab.waitForResponse((answer) => new URL(answer.url()).searchParams.get('query') === query);
  await tab.getByRole('button', { name: 'Search' }).click();
  await answered;
}

it("ends somebody's session, and their tab says so within a second", async () => {
  await withoutPolls(stage.device.context);
  const theirs = await stage.device.tab('/');
  const { username } = person.user;
  await search(username);
  await found().getByRole('heading', { name: username }).getByText('Online').waitFor();
  await found().getByRole('button', { name: 'End' }).click();
  const question = tab.getByRole('alertdialog', { name: `End this session of ${username}?` });
  const ends = await timesOf('sessionExpired', [theirs]);
  const pressed = await press(question.getByRole('button', { name: 'End it' }));
  await theirs.getByText('This session was ended by an administrator.').first().waitFor();
  expect(ends).toHaveLength(1);
  expect(ends[0]! - pressed).toBeLessThan(FULL ? 1_000 : 30_000);
  await tab.getByText('There is no such session.').waitFor();
});

it('finds sessions by a part of the name or the beginning of the id, page by page and none twice', async () => {
  const { client } = stage.person;
  const { user, session } = person;
  for (let count = 1; count <= 31; count++) await client.device(`laptop ${count}`).login();
  await search(user.username.slice(1, -1).toUpperCase());
  await found().nth(29).waitFor();
  expect(await found().count()).toBe(30);
  await tab.getByRole('button', { name: 'More' }).click();
  await found().nth(31).waitFor();
  const ids = await tab.evaluate(
    "[...document.querySelectorAll('[data-session-id]')].map((each) => each.dataset.sessionId)",
  );
  expect(new Set(ids as string[]).size).toBe(32);
  await search(session.id.slice(0, 13));
  await tab.locator(`[data-session-id="${session.id}"]`).waitFor();
  expect(await found().count()).toBe(1);
  await search('nobody of this name');
  await tab.getByText('There is no such session.').waitFor();
});

it('cleans up what has expired, and stays signed in', async () => {
  await tab.getByRole('button', { name: 'Clean up what has expired' }).click();
  await tab
    .getByRole('status')
    .getByText(/cleaned up\.$/)
    .waitFor();
  await search('demo');
  await found().getByText('This session', { exact: true }).waitFor();
});

/** Whether something is painted in the colour of the first series; a chart without it has axes only. */
const hasBars = (caption: string) => `(() => {
  const probe = document.body.appendChild(document.createElement('span'));
  probe.style.color = 'var(--vf-accent)';
  const pen = document.createElement('canvas').getContext('2d');
  pen.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  pen.fillRect(0, 0, 1, 1);
  const wanted = pen.getImageData(0, 0, 1, 1).data;
  const figures = [...document.querySelectorAll('figure')];
  const canvas = figures.find((each) => each.innerText.includes('${caption}')).querySelector('canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4)
    if ([0, 1, 2, 3].every((each) => data[at + each] === wanted[each])) return true;
  return false;
})()`;

it('draws the posts and the sign-ins of a day, and says the same in words', async () => {
  const hour = (at: number) => ({
    at: new Date(at).toISOString(),
    published: 0,
    failed: 0,
    sign_ins: 0,
    failed_sign_ins: 0,
  });
  const now = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const hours = Array.from({ length: 24 }, (_, index) => hour(now - (23 - index) * 3_600_000));
  await tab.route('**/api/admin/overview', async (route) => {
    const answer = (await (await route.fetch()).json()) as OverviewView;
    await route.fulfill({ json: { ...answer, hours } });
  });
  const chart = (name: string) => tab.getByRole('figure', { name, exact: true });
  await tab.reload();
  await chart('Posts in 24 hours: 0 published, 0 failed').locator('canvas').waitFor();
  expect(await tab.evaluate(hasBars('Posts in 24 hours: 0 published, 0 failed'))).toBe(false);
  Object.assign(hours[3]!, { published: 4, failed: 1, sign_ins: 2 });
  Object.assign(hours[20]!, { published: 3, failed_sign_ins: 5 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.emulateMedia({ colorScheme });
    await tab.reload();
    for (const name of ['Posts in 24 hours: 7 published, 1 failed', 'Sign-ins in 24 hours: 2, and 5 refused']) {
      await chart(name).locator('canvas').waitFor();
      await eventually(async () => expect(await tab.evaluate(hasBars(name))).toBe(true));
      const [box, canvas] = [await boxOf(chart(name)), await boxOf(chart(name).locator('canvas'))];
      expect(canvas.width > 200 && canvas.width <= box.width).toBe(true);
    }
  }
});
