/** What an administrator does with everybody's sessions. */
import type { Page } from 'playwright-core';
import type { RestSessionState } from '../../src/protocol/http';
import { Device } from './support/chromium';
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
  expect(ends[0]! - pressed).toBeLessThan(1_000);
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
