/** What is sent more than once is one post. One draft in two windows of a browser: nothing that one of them shows is lost, and nothing is posted twice. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import type { Device } from './support/chromium';
import { post, postsOf, sendings, text } from './support/composing';
import { backIn, draftsIn, savedIn } from './support/drafts';
import { holdBack } from './support/held';
import type { Person } from './support/people';
import { setStage } from './support/stage';

const stage = setStage();
let person: Person;
let device: Device;
let tab: Page;
let other: Page;

async function openOther(): Promise<void> {
  other = await device.tab('/create_post');
  await backIn(other).waitFor();
}

beforeEach(async () => {
  ({ person, device } = stage);
  tab = await device.tab('/create_post');
  await text(tab).fill('Once');
  await savedIn(tab, 'Once');
  await openOther();
});

it('is one post when both send it at the same moment, without a question', async () => {
  const go = await holdBack(tab, '**/api/posts');
  await post(tab).click();
  await tab.getByRole('button', { name: 'Posting…' }).waitFor();
  await post(other).click();
  await other.getByText('Sending to Alpha…').first().waitFor();
  go();
  await tab.getByText('Sending to Alpha…').first().waitFor();
  for (const page of [tab, other]) {
    expect(await page.getByRole('alertdialog').count()).toBe(0);
    await eventually(async () => expect(await text(page).inputValue()).toBe(''));
  }
  expect(await postsOf(person, 0)).toHaveLength(1);
});

it('stays in the one where it has become something else, and is another post when the person says so', async () => {
  await text(other).fill('Once, and more');
  await savedIn(other, 'Once, and more');
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').first().waitFor();
  expect(await text(other).inputValue()).toBe('Once, and more');
  await post(other).click();
  const question = other.getByRole('alertdialog', { name: 'Post this as well?' });
  await question.getByRole('button', { name: 'Post as well' }).click();
  await other.getByText('Sending to Alpha…').first().waitFor();
  const contents = (await postsOf(person, 0)).map(({ content }) => content);
  expect(contents).toEqual(['Once, and more', 'Once']);
  await eventually(async () => expect(await draftsIn(tab)).toEqual([]));
});

it('sends the same again where no answer comes, and one post comes of it', async () => {
  const sent = sendings(tab);
  let answers = 0;
  await tab.route('**/api/posts', async (route) => {
    await route.fetch();
    answers += 1;
    return answers < 3 ? route.abort() : route.continue();
  });
  await text(tab).fill('Perhaps');
  await post(tab).click();
  await tab.getByRole('button', { name: 'No answer yet, trying again…' }).waitFor();
  await tab.getByText('Sending to Alpha…').waitFor();
  expect(await text(tab).inputValue()).toBe('');
  expect([sent.count, (await postsOf(person, 0)).length]).toEqual([3, 1]);
});
