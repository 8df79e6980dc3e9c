/** The page of the platforms by the keyboard alone: what is pressed may go, the focus does not. */
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { Device } from './support/chromium';
import { newPerson } from './support/people';
import { setStage } from './support/stage';

const stage = setStage();
let page: Page;

beforeEach(async () => {
  page = await stage.device.tab('/platforms');
  await page.locator('[data-platforms]').waitFor();
});

const button = (name: string) => page.locator('main').getByRole('button', { name, exact: true });
const menu = (name: string) => button(`More for ${name}`);
/** By the keyboard: the menu opens with the focus on the first of its buttons. */
async function choose(action: string, name: string): Promise<void> {
  await menu(name).press('Enter');
  await button(`${action} ${name}`).press('Enter');
}
const hasFocus = (place: Locator) =>
  eventually(async () => expect(await place.and(page.locator(':focus')).count()).toBe(1));

it('goes back to the menu that a form for a name was opened from, when that is saved and when it is not', async () => {
  await choose('Rename', 'Beta');
  await hasFocus(page.getByLabel('New name'));
  await button('Cancel').press('Enter');
  await hasFocus(menu('Beta'));
  await choose('Rename', 'Beta');
  await page.getByLabel('New name').fill('Omega');
  await page.getByLabel('New name').press('Enter');
  await hasFocus(menu('Omega'));
});

it('goes back to the menu of the card when a platform is made the default', async () => {
  await choose('Make default', 'Beta');
  await page.getByRole('heading', { name: /Beta.*Default/ }).waitFor();
  await hasFocus(menu('Beta'));
});

it('goes on to the menu of the card when a platform is used', async () => {
  await button('Use Beta').press('Enter');
  await button('Use Beta').waitFor({ state: 'detached' });
  await hasFocus(menu('Beta'));
});

it('goes on to the next card when a platform is removed, and to the one before from the last', async () => {
  const remove = async (name: string): Promise<void> => {
    await choose('Remove', name);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).press('Enter');
    await page.locator('[data-platforms]').getByText(name).waitFor({ state: 'detached' });
  };
  await remove('Beta');
  await hasFocus(menu('Gamma'));
  await remove('Gamma');
  await hasFocus(menu('Alpha'));
});

it('goes to the heading when the last platform is removed', async () => {
  const { client } = await newPerson(stage.node.url, ['Alone']);
  const device = await Device.open(stage.browser, stage.node.url, client);
  page = await device.tab('/platforms');
  await choose('Remove', 'Alone');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).press('Enter');
  await page.getByText('No platform is connected yet.').waitFor();
  await hasFocus(page.getByRole('heading', { name: 'Platforms', exact: true }));
  await device.close();
});

it('leaves the focus where somebody has taken it meanwhile', async () => {
  let hand = () => {};
  const handed = new Promise<void>((resolve) => {
    hand = resolve;
  });
  await page.route('**/api/platforms/*/default', async (route) => {
    await handed;
    await route.continue();
  });
  await choose('Make default', 'Beta');
  await page.getByLabel('Address').focus();
  hand();
  await page.getByRole('heading', { name: /Beta.*Default/ }).waitFor();
  await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
  await hasFocus(page.getByLabel('Address'));
});

it('uses a platform by a click anywhere on its card', async () => {
  const card = page.locator('[data-platforms] > li').filter({ hasText: 'Gamma' });
  const { width, height } = (await card.boundingBox())!;
  await card.click({ position: { x: width - 60, y: height - 8 } });
  await page.getByRole('heading', { name: /Gamma.*Active/ }).waitFor();
});

it('closes the menu of a card by Escape, and gives the focus back', async () => {
  await menu('Beta').press('Enter');
  await hasFocus(button('Make default Beta'));
  await page.keyboard.press('Escape');
  await button('Make default Beta').waitFor({ state: 'hidden' });
  await hasFocus(menu('Beta'));
});

it('says what is wrong at the field alone, in the words of the page', async () => {
  const form = page.locator('app-connect-form');
  await form.getByLabel('Address').fill('not an address');
  await form.getByRole('button', { name: 'Sign in there' }).click();
  await form.getByText('This must be an address such as https://mastodon.example').waitFor();
  await hasFocus(form.getByLabel('Address'));
  expect(await form.locator('.note').count()).toBe(0);
});
