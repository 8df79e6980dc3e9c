/** What is pinned to a platform says so, stays there when others switch, and follows them again when it is freed. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { post, postsOf, switchTo, text } from './support/composing';
import { standsOn } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();

const switcher = (page: Page) => page.getByRole('button', { name: /Active platform/ });

async function choose(page: Page, scope: string, name: string): Promise<void> {
  await switcher(page).click();
  await page.getByLabel(scope).check();
  await page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
}

async function follow(page: Page): Promise<void> {
  await switcher(page).click();
  await page.getByRole('button', { name: 'Follow the others' }).click();
}

it('a device', async () => {
  const { person, device } = stage;
  const [alpha, beta, gamma] = person.platforms.map(({ id }) => id);
  const phone = await stage.otherDevice();
  const [here, there] = [await device.tab('/'), await phone.tab('/')];
  await choose(here, 'This device only', 'Beta');
  await Promise.all([standsOn(here, beta!), standsOn(there, alpha!)]);
  await there.evaluate(`window.sessionSync.switchPlatform(${gamma})`);
  await standsOn(there, gamma!);
  await eventually(async () => expect(await switcher(here).textContent()).toMatch(/Beta.*this device only/s));
  expect(await here.title()).toContain('Beta (this device)');
  await follow(here);
  await standsOn(here, gamma!);
  await there.evaluate(`window.sessionSync.switchPlatform(${alpha})`);
  await standsOn(here, alpha!);
  expect(await switcher(here).textContent()).not.toContain('only');
  await phone.close();
});

it('a tab, with what is written in it', async () => {
  const { person, device } = stage;
  const [alpha, beta, gamma] = person.platforms.map(({ id }) => id);
  const [tab, other] = [await device.tab('/create_post'), await device.tab('/')];
  await choose(tab, 'This tab only', 'Gamma');
  await tab.getByText('Posting as Gamma').waitFor();
  await standsOn(other, alpha!);
  await standsOn(other, await switchTo(person, 1));
  await tab.reload();
  await tab.getByText('Posting as Gamma').waitFor();
  await tab.locator('.vf-composer').getByText('This tab only').waitFor();
  expect(await tab.title()).toContain('Gamma (this tab)');
  expect(await tab.evaluate('document.body.dataset.hue')).not.toBe(await other.evaluate('document.body.dataset.hue'));
  await text(tab).fill('By the tab');
  await post(tab).click();
  await tab.getByText('Sending to Gamma…').waitFor();
  expect([(await postsOf(person, 2)).length, (await postsOf(person, 1)).length]).toEqual([1, 0]);
  await follow(tab);
  await standsOn(tab, beta!);
  await tab.getByText('Posting as Beta').waitFor();
  expect(gamma).toBeDefined();
});
