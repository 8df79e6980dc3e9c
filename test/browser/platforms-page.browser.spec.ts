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
const hasFocus = (place: Locator) =>
  eventually(async () => expect(await place.and(page.locator(':focus')).count()).toBe(1));

it('goes back to the button that opened a form for a name, when that is saved and when it is not', async () => {
  await button('Rename Beta').press('Enter');
  await hasFocus(page.getByLabel('New name'));
  await button('Cancel').press('Enter');
  await hasFocus(button('Rename Beta'));
  await button('Rename Beta').press('Enter');
  await page.getByLabel('New name').fill('Omega');
  await page.getByLabel('New name').press('Enter');
  await hasFocus(button('Rename Omega'));
});

it('goes on to the next button of the card when a platform is made the default', async () => {
  await button('Make default Beta').press('Enter');
  await button('Make default Beta').waitFor({ state: 'detached' });
  await hasFocus(button('Test Beta'));
});

it('goes on to the next button of the card when a platform is used', async () => {
  await button('Use Beta').press('Enter');
  await button('Use Beta').waitFor({ state: 'detached' });
  await hasFocus(button('Make default Beta'));
});

it('goes on to the next card when a platform is removed, and to the one before from the last', async () => {
  const remove = async (name: string): Promise<void> => {
    await button(`Remove ${name}`).press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).press('Enter');
    await page.locator('[data-platforms]').getByText(name).waitFor({ state: 'detached' });
  };
  await remove('Beta');
  await hasFocus(button('Use Gamma'));
  await remove('Gamma');
  await hasFocus(button('Test Alpha'));
});

it('goes to the heading when the last platform is removed', async () => {
  const { client } = await newPerson(stage.node.url, ['Alone']);
  const device = await Device.open(stage.browser, stage.node.url, client);
  page = await device.tab('/platforms');
  await button('Remove Alone').press('Enter');
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
  await button('Make default Beta').press('Enter');
  await page.getByLabel('Address').focus();
  hand();
  await button('Make default Beta').waitFor({ state: 'detached' });
  await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
  await hasFocus(page.getByLabel('Address'));
});
