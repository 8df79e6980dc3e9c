/** One draft in two windows of a browser: nothing that one of them shows is lost, and nothing is posted twice. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import type { Device } from './support/chromium';
import { keep, post, postsOf, sendings, switchTo, text } from './support/composing';
import { backIn, draftsIn, filesIn, savedIn } from './support/drafts';
import { holdBack } from './support/held';
import type { Person } from './support/people';
import { picture } from './support/pictures';
import { setStage } from './support/stage';

const stage = setStage();
let person: Person;
let device: Device;
let tab: Page;
let other: Page;

const lookAt = (page: Page) => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");

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

it('goes from both as soon as it is posted, or discarded, in one', async () => {
  await post(tab).click();
  await other.getByText('Posted or discarded in another tab.').waitFor();
  expect(await text(other).inputValue()).toBe('');
  await text(tab).fill('Not at all');
  await savedIn(tab, 'Not at all');
  await other.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await backIn(other).waitFor();
  await other.getByRole('button', { name: 'Discard' }).click();
  await eventually(async () => expect(await text(tab).inputValue()).toBe(''));
  expect((await postsOf(person, 0)).map(({ content }) => content)).toEqual(['Once']);
});

it('is not posted from the other while the one is at it, without a word', async () => {
  const go = await holdBack(tab, '**/api/posts');
  await post(tab).click();
  await tab.getByRole('button', { name: 'Posting…' }).waitFor();
  await post(other).click();
  const question = other.getByRole('alertdialog', { name: 'Post this a second time?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  go();
  await eventually(async () => expect(await text(other).inputValue()).toBe(''));
  expect(await postsOf(person, 0)).toHaveLength(1);
});

it('nor in the very moment, where neither has heard of the other', async () => {
  const deaf = { content: 'delete window.BroadcastChannel' };
  await device.closeTabs();
  await device.context.addInitScript(deaf);
  [tab, other] = [await device.tab('/create_post'), await device.tab('/create_post')];
  for (const page of [tab, other]) await backIn(page).waitFor();
  const go = await holdBack(device.context, '**/api/posts');
  await post(tab).click();
  await tab.getByRole('button', { name: 'Posting…' }).waitFor();
  await post(other).click();
  const question = other.getByRole('alertdialog', { name: 'Post this a second time?' });
  await question.waitFor();
  go();
  await tab.getByText('Posted to Alpha.').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await eventually(async () => expect(await text(other).inputValue()).toBe(''));
  expect(await postsOf(person, 0)).toHaveLength(1);
});

it('stays in the one where it has become something else', async () => {
  await text(other).fill('Once, and more');
  await savedIn(tab, 'Once, and more');
  await post(tab).click();
  // It is the only draft from then on.
  await backIn(tab).waitFor();
  for (const page of [tab, other]) expect(await text(page).inputValue()).toBe('Once, and more');
  await post(other).click();
  await other.getByText('Posted to Alpha.').waitFor();
  const contents = (await postsOf(person, 0)).map(({ content }) => content);
  expect(contents).toEqual(['Once, and more', 'Once']);
  await eventually(async () => expect(await draftsIn(tab)).toEqual([]));
});

it('leaves its own words to each, and the draft is that of the one that was looked at last', async () => {
  await text(tab).fill('one');
  await savedIn(tab, 'one');
  await text(other).fill('two');
  await savedIn(tab, 'two');
  await lookAt(tab);
  await savedIn(tab, 'one');
  expect([await text(tab).inputValue(), await text(other).inputValue()]).toEqual(['one', 'two']);
  // Emptied in one, it is what the other has.
  await text(other).fill('two, and more');
  await savedIn(tab, 'two, and more');
  await text(tab).fill('');
  await lookAt(tab);
  await eventually(async () => expect(await text(tab).inputValue()).toBe('two, and more'));
});

it('is not emptied under a question about it', async () => {
  await other.close();
  await tab.locator('input[type=file]').setInputFiles(picture('boat.png'));
  await eventually(async () => expect(await filesIn(tab)).toEqual([1]));
  await openOther();
  await other.locator('[data-state="ready"]').waitFor();
  await post(other).click();
  const anyway = (page: Page) => page.getByRole('button', { name: 'Post anyway' });
  await anyway(other).waitFor();
  await post(tab).click();
  await anyway(tab).click();
  await tab.getByText('Posted to Alpha.').waitFor();
  const sent = sendings(other);
  await anyway(other).click();
  const question = other.getByRole('alertdialog', { name: 'Post this a second time?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await eventually(async () => expect(await text(other).inputValue()).toBe(''));
  expect([sent.count, (await postsOf(person, 0)).length]).toEqual([0, 1]);
});

it('stays in the one that keeps it for its platform, when the other moves', async () => {
  await switchTo(person, 1);
  await keep(other).click();
  await tab.getByRole('button', { name: 'Move to Beta' }).click();
  await tab.getByText('Posting as Beta').waitFor();
  await lookAt(other);
  const both = person.platforms.slice(0, 2).map(({ id }) => [expect.any(Number), id, 'Once']);
  await eventually(async () => expect(await draftsIn(other)).toEqual(both));
  expect(await text(other).inputValue()).toBe('Once');
});

it('is kept also where a browser has no channels', async () => {
  await device.context.addInitScript({ content: 'delete window.BroadcastChannel' });
  const alone = await device.tab('/create_post');
  await backIn(alone).waitFor();
  await text(alone).fill('Once, alone');
  await savedIn(alone, 'Once, alone');
  await post(alone).click();
  await alone.getByText('Posted to Alpha.').waitFor();
});
