/** What somebody meets who has never been here: the sign-in page, the demo, and three steps. */
import { Device } from './support/chromium';
import { post, text } from './support/composing';
import { expectForEverybody } from './support/looks';
import { setStage } from './support/stage';

const stage = setStage({ names: [] });
let device: Device;

beforeEach(async () => {
  device = await Device.open(stage.browser, stage.node.url);
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

const NEXT = 'app-first-steps [aria-current="step"]';

it('the sign-in page says what this is, and in its card why the last session ended', async () => {
  const page = await device.bareTab('/login?reason=revoked');
  const card = page.locator('app-login');
  await card.getByText('Post from several Mastodon and Pixelfed accounts').waitFor();
  await card.getByText('This session was ended from one of your devices.').waitFor();
  expect(await page.getByText('This session was ended from one of your devices.').count()).toBe(1);
});

it('leads somebody who tries the demo by three steps, the last of which is a second window', async () => {
  const page = await device.bareTab('/login');
  await page.getByRole('button', { name: 'Try the demo' }).click();
  await page.locator(`${NEXT}[data-step="write"]`).waitFor();
  await page.locator('[data-step="connect"][data-done="true"]').waitFor();
  await expectForEverybody(page);
  await page.goto(`${stage.node.url}/create_post`);
  await text(page).fill('A post to see where it goes');
  await post(page).click();
  await page.getByText('Posted to').first().waitFor();
  await page.goto(stage.node.url);
  await page.locator(`${NEXT}[data-step="follow"]`).waitFor();

  const opened = page.context().waitForEvent('page');
  await page.getByRole('link', { name: 'Open a window' }).click();
  const second = await opened;
  const before = (await page.locator('#active-platform').textContent())!;
  await second.getByRole('button', { name: /Active platform/ }).click();
  await second.getByRole('option', { selected: false }).first().click();
  await page.locator('#active-platform').filter({ hasNotText: before }).waitFor();
  await page.getByText('That is all there is to it').waitFor();
});

it('leads a new account to its first connection, and no more once that was dismissed', async () => {
  const page = await device.bareTab('/register');
  const name = `new${Date.now()}`;
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('E-mail').fill(`${name}@people.example`);
  await page.getByLabel('Password').fill('a sentence for the first minute');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.locator(`${NEXT}[data-step="connect"]`).getByRole('link', { name: 'Connect one' }).waitFor();
  await page.getByRole('button', { name: 'Close the first steps' }).click();
  await page.locator(NEXT).waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('heading', { name: `Welcome, ${name}` }).waitFor();
  expect(await page.locator(NEXT).count()).toBe(0);
});

it('somebody who was here before is not led', async () => {
  const page = await stage.device.tab('/');
  await page.getByRole('heading', { name: /^Welcome/ }).waitFor();
  expect(await page.locator('app-first-steps li').count()).toBe(0);
});
