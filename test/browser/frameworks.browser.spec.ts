/** The elements are tags like any other: in a page of React's and of Vue's they work as in a plain one. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { eventually } from '../support/eventually';
import type { ServerNode } from '../support/server';
import { sharedNodes } from '../support/shared';
import { Device, launchChromium } from './support/chromium';
import { newPerson } from './support/people';
import { standsOn } from './support/recorder';

let node: ServerNode;
let browser: Browser;

beforeAll(async () => {
  [[node], browser] = await Promise.all([sharedNodes('node'), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
});

const FIXTURES = join(__dirname, 'fixtures/frameworks');
const BUNDLE = join(__dirname, 'support/bundle.mjs');

/** The page and its framework as one script, with our elements beside it. Made by a process that can load vite. */
async function bundle(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BUNDLE, join(FIXTURES, `${name}.mjs`)]);
  return `import '/client/elements.mjs';\n${stdout}`;
}

it.each(['react', 'vue'])('%s draws them, draws them again, and takes them away', async (framework) => {
  const body = await bundle(framework);
  const { client, platforms } = await newPerson(node.url, ['Alpha', 'Beta']);
  const device = await Device.open(browser, node.url, client);
  await device.context.route('**/client/app-*.mjs', (route) => route.fulfill({ contentType: 'text/javascript', body }));
  const tab = await device.tab('/account');
  const switcher = tab.locator('#app vf-platform-switcher');
  const button = switcher.getByRole('button', { name: 'Active platform: Alpha' });
  await button.waitFor();
  await tab.locator('#again').click();
  await tab.getByText('Drawn 1').waitFor();
  expect(await switcher.getAttribute('data-drawn')).toBe('1');

  await tab.keyboard.press('Alt+K');
  await switcher.getByRole('option', { name: /Beta/ }).click();
  await standsOn(tab, platforms[1]!.id);
  await switcher.getByRole('button', { name: 'Active platform: Beta' }).waitFor();

  // The links in the menu are the framework's own, which it adds and removes at any time.
  const menu = tab.locator('#app vf-session-menu');
  const links = menu.getByRole('link');
  const menuButton = menu.getByRole('button', { name: /^Account of/ });
  await menuButton.click();
  const expectLinks = (...names: string[]) =>
    eventually(async () => expect(await links.allInnerTexts()).toEqual(names));
  await expectLinks('First', 'Second 1');
  await tab.evaluate("document.getElementById('link').click()");
  await expectLinks('Second 1');
  await tab.evaluate("document.getElementById('link').click()");
  await expectLinks('First', 'Second 1');
  // It closes by Esc, with the focus where it came from, and by the button that opened it.
  await links.first().focus();
  await tab.keyboard.press('Escape');
  await links.first().waitFor({ state: 'hidden' });
  await menu.locator('.vf-menu-button:focus').waitFor();
  await tab.keyboard.press('Enter');
  await menu.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
  await menuButton.click();
  await links.first().waitFor({ state: 'hidden' });
  // Nor does it stay over what the keyboard goes on to.
  await menuButton.click();
  await menu.getByRole('button', { name: 'Sign out', exact: true }).focus();
  await tab.locator('#toggle').focus();
  await links.first().waitFor({ state: 'hidden' });
  await tab.locator('#toggle:focus').waitFor();

  await tab.locator('#toggle').click();
  await switcher.waitFor({ state: 'detached' });
  await tab.locator('#toggle').click();
  await switcher.getByRole('button', { name: 'Active platform: Beta' }).waitFor();
  await tab.locator(`#app vf-device-list.of-${framework} [data-devices]`).waitFor();
  expect(device.complaints).toEqual([]);
  await device.close();
});
