/** What opens over a page, or comes up in it: as clean, as large and as well within the window as the page itself. */
import type { Page } from 'playwright-core';
import { Device } from './support/chromium';
import { post, switchTo, text } from './support/composing';
import { expectClean, expectForEverybody } from './support/looks';
import { newPerson } from './support/people';
import { picture } from './support/pictures';
import { standsOn } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();

const alert = (page: Page, name: string) => page.getByRole('alertdialog', { name }).waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();

/** What it is, where, and how a person comes to it. */
const STATES: [name: string, path: string, open: (page: Page) => Promise<unknown>][] = [
  [
    'the switcher',
    '/',
    async (page) => {
      await press(page, /Active platform/);
      await page.getByRole('listbox').waitFor();
    },
  ],
  [
    'the menu of the session',
    '/',
    async (page) => {
      await press(page, /^Account of/);
      await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
    },
  ],
  [
    'what the page says, of each kind',
    '/',
    async (page) => {
      for (const kind of ['success', 'info', 'warning', 'error']) {
        await page.evaluate(`window.notificationSystem.show('A word of ${kind}, and some more of it', '${kind}', 0)`);
        await page.getByText(`A word of ${kind}`).waitFor();
      }
    },
  ],
  [
    'the word that the network is gone',
    '/',
    async (page) => {
      await page.context().setOffline(true);
      await page.getByText('No connection to the server.').waitFor();
    },
  ],
  [
    'the question before a platform goes',
    '/platforms',
    async (page) => {
      await press(page, 'More for Beta');
      await press(page, 'Remove Beta');
      await alert(page, 'Remove Beta?');
    },
  ],
  [
    'the menu of a platform',
    '/platforms',
    async (page) => {
      await press(page, 'More for Beta');
      await page.getByRole('button', { name: 'Import Beta' }).waitFor();
    },
  ],
  [
    'the form for the name of a device',
    '/devices',
    async (page) => {
      await page
        .locator('[data-current="true"]')
        .getByRole('button', { name: /^Rename/ })
        .click();
      await page.getByLabel('New name').waitFor();
    },
  ],
  [
    'the forms for a new name and for a token',
    '/platforms',
    async (page) => {
      await press(page, 'I have an access token');
      await press(page, 'More for Alpha');
      await press(page, 'Rename Alpha');
      await page.getByLabel('New name').waitFor();
    },
  ],
  [
    'the question before a device is signed out',
    '/devices',
    async (page) => {
      await page
        .locator('[data-current="false"]')
        .getByRole('button', { name: /^Sign out/ })
        .click();
      await page.getByRole('alertdialog').waitFor();
    },
  ],
  [
    'the question before all others are signed out, and then for the password',
    '/devices',
    async (page) => {
      await page.route('**/api/sessions/end_others', (route) => {
        return route.fulfill({ status: 403, json: { error_code: 'REAUTHENTICATION_REQUIRED', error: 'Not recent' } });
      });
      await press(page, 'Sign out all other devices');
      await alert(page, 'Sign out all other devices?');
      await expectClean(page);
      await press(page, 'Sign out all');
      await page.getByRole('dialog').getByLabel('Password').waitFor();
    },
  ],
  [
    'the question about a picture without a description',
    '/create_post',
    async (page) => {
      await page.locator('input[type="file"]').setInputFiles([picture('sunset.png')]);
      await post(page).click();
      await alert(page, 'sunset.png has no description');
    },
  ],
  [
    'a post that is too long, with its preview',
    '/create_post',
    async (page) => {
      await press(page, 'Content warning');
      await page.getByLabel('Content warning text').fill('Careful');
      await text(page).fill('A long word. '.repeat(40));
      await page.getByText('characters over the limit').waitFor();
      await page.getByRole('article', { name: 'Preview' }).getByText('Careful').click();
    },
  ],
  [
    'what is asked when another platform is active',
    '/create_post',
    async (page) => {
      await text(page).fill('Meant for Alpha');
      await switchTo(stage.person, 1);
      await page.getByRole('button', { name: 'Keep posting as Alpha' }).waitFor();
    },
  ],
  [
    'what a plain page asks when another platform is active',
    '/client/examples/plain.html',
    async (page) => {
      await text(page).fill('Meant for Alpha');
      await switchTo(stage.person, 1);
      await page.getByRole('button', { name: 'Keep posting as Alpha' }).waitFor();
    },
  ],
];

it.each(STATES)('Point 1, Point 11, Point 12, with something open: %s, %s', async (_name, path, open) => {
  if (path === '/devices') await stage.person.client.device().login();
  const page = await stage.device.tab(path);
  await open(page);
  await expectForEverybody(page);
});

it('Point 1, Point 11, Point 12, with something open: a search among many platforms that finds nothing, /', async () => {
  const names = ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight'];
  const { client, platforms } = await newPerson(stage.node.url, names);
  const device = await Device.open(stage.browser, stage.node.url, client);
  const page = await device.tab('/');
  await press(page, /Active platform/);
  const search = page.getByRole('combobox', { name: 'Find a platform' });
  await search.fill('fiv');
  await page.getByRole('option', { name: /^Five/ }).waitFor();
  expect(await page.getByRole('option').count()).toBe(1);
  await search.fill('nowhere');
  await page.getByRole('option').waitFor({ state: 'detached' });
  await expectForEverybody(page);
  await search.fill('fiv');
  await search.press('Enter');
  await standsOn(page, platforms[4]!.id);
  await device.close();
});

it('Point 1, Point 11, Point 12, with something open: the question before an administrator ends a session, /admin', async () => {
  const device = await stage.office();
  const page = await device.tab('/admin');
  await page.locator('[data-sessions]').getByRole('button').first().click();
  await page.getByRole('alertdialog').waitFor();
  await expectForEverybody(page);
  await device.close();
});

it('Point 1, Point 11, Point 12, with something open: a refused sign-in, and a farewell, /login', async () => {
  const device = await Device.open(stage.browser, stage.node.url);
  const page = await device.bareTab('/login?reason=revoked');
  await page.getByText('This session was ended from one of your devices.').waitFor();
  await page.getByLabel('User name or e-mail').fill('nobody');
  await page.getByLabel('Password').fill('wrong');
  await press(page, 'Sign in');
  await page.getByRole('alert').getByText('wrong password').waitFor();
  await expectForEverybody(page);
  await device.close();
});
