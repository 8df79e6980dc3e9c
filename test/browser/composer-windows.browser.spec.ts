/** One draft in two windows of a browser: nothing that one of them shows is lost, and nothing is posted twice. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import type { Device } from './support/chromium';
import { keep, post, postsOf, switchTo, text } from './support/composing';
import { backIn, contentsIn, draftsIn, filesIn, savedIn } from './support/drafts';
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
  // Beside what is written in the other, which is nothing yet.
  await other.getByText('One more draft').click();
  await other.getByRole('button', { name: /^Not at all/ }).click();
  await backIn(other).waitFor();
  await other.getByRole('button', { name: 'Discard', exact: true }).click();
  await eventually(async () => expect(await text(tab).inputValue()).toBe(''));
  expect((await postsOf(person, 0)).map(({ content }) => content)).toEqual(['Once']);
});

it('loses no words and no image: what each window has is a draft of its own, and in the list of the others', async () => {
  await text(tab).fill('one');
  await tab.locator('input[type=file]').setInputFiles(picture('boat.png'));
  await text(other).fill('two');
  await eventually(async () => expect((await contentsIn(tab)).sort()).toEqual(['one', 'two']));
  await eventually(async () => expect((await filesIn(tab)).sort()).toEqual([0, 1]));
  await Promise.all([tab.close(), other.close()]);
  const next = await device.tab('/create_post');
  await backIn(next).waitFor();
  const first = await text(next).inputValue();
  await next.getByText('One more draft').click();
  const rest = first === 'one' ? 'two' : 'one';
  await next.getByRole('button', { name: new RegExp(`^${rest}`) }).click();
  await eventually(async () => expect(await text(next).inputValue()).toBe(rest));
  const withImage = rest === 'one' ? next : null;
  if (!withImage) {
    await next.getByRole('button', { name: /^one/ }).click();
  }
  await next.locator('.vf-tile-name').getByText('boat.png').waitFor();
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
  await alone.getByText('Sending to Alpha…').waitFor();
});
