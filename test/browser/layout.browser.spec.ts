/** Where panels open, and that no page moves by itself while it loads. */
import { TestClient } from '../support/http-client';
import { Device } from './support/chromium';
import { expectBeside, shiftsOf, slowLine, watchShifts } from './support/layout';
import { expectToFit, setDirection } from './support/looks';
import { newPerson } from './support/people';
import { setStage } from './support/stage';

const stage = setStage();

/** Good is 0.1; a page that stands still has none at all. */
const MOST_SHIFT = 0.02;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 320, height: 640 },
];

describe.each(SIZES)('in a window of $width pixels', (size) => {
  it.each(['ltr', 'rtl'] as const)('the panels of the page head open beside their buttons, %s', async (direction) => {
    const page = await stage.device.tab('/');
    await page.setViewportSize(size);
    await setDirection(page, direction);
    const account = page.getByRole('button', { name: /^Account of/ });
    await account.click();
    await expectBeside(page.locator('vf-session-menu [popover]'), account);
    await page.keyboard.press('Escape');
    const platforms = page.getByRole('button', { name: /Active platform/ });
    await platforms.click();
    await expectBeside(page.locator('.vf-switcher'), platforms);
  });

  it.each([
    ['/login', 'form[name="login"]'],
    ['/register', 'form[name="register"]'],
    ['/reset', 'text=Forgot the password?'],
    ['/reset#a-token', 'form[name="reset"]'],
    ['/', '[data-posts]'],
    ['/create_post', '.vf-composer'],
    ['/images', '.empty'],
    ['/platforms', '[data-platforms]'],
    ['/devices', '[data-devices]'],
    ['/activity', '[data-trail]'],
    ['/account', 'form[name="password"]'],
    ['/admin', '[data-sessions]'],
  ])('%s stands still while it loads', async (path, ready) => {
    const { person, node, browser } = stage;
    let client: TestClient | undefined;
    if (path === '/admin') {
      client = new TestClient(node.url);
      await client.login({ username: 'demo', password: 'demo-password' });
    } else if (!/^\/(login|register|reset)/.test(path)) {
      ({ client } = person);
    }
    const headers = { 'x-platform-id': String(person.platforms[0]!.id) };
    await person.client.post('/api/posts', { content: 'First words' }, { headers });
    const device = await Device.open(browser, node.url, client, { viewport: size });
    await watchShifts(device.context);
    const page = await device.context.newPage();
    await slowLine(page);
    await page.goto(node.url + path);
    await page.locator(ready).waitFor();
    await page.waitForLoadState('networkidle');
    const { sum, what } = await shiftsOf(page);
    expect({ path, what: sum < MOST_SHIFT ? [] : what, sum }).toEqual({ path, what: [], sum: expect.any(Number) });
    await device.close();
  });
});

/** The lines of the words, and whether the button is in the row of the logo. */
const LINES_OF_CONNECT = `(() => {
  const button = document.querySelector('vf-platform-switcher > .vf-button');
  const words = document.createRange();
  words.selectNodeContents(button.lastChild);
  const { top } = button.getBoundingClientRect();
  return { lines: words.getClientRects().length, isBesideBrand: top < document.querySelector('.brand').getBoundingClientRect().bottom };
})()`;

it('the link for somebody without a platform is one line in the page head at 320 pixels', async () => {
  const { client } = await newPerson(stage.node.url, []);
  const device = await Device.open(stage.browser, stage.node.url, client, { viewport: { width: 320, height: 640 } });
  // The server draws it first, then the element.
  for (const isScripted of [false, true]) {
    if (!isScripted) await device.context.route('**/*.mjs', (route) => route.abort());
    const page = await device.bareTab('/');
    const link = page.locator('vf-platform-switcher').getByText('Connect a platform');
    await link.and(page.locator(isScripted ? 'a' : 'span')).waitFor();
    expect([isScripted, await page.evaluate(LINES_OF_CONNECT)]).toEqual([
      isScripted,
      { lines: 1, isBesideBrand: true },
    ]);
    await expectToFit(page, '320 pixels');
    await device.context.unroute('**/*.mjs');
  }
  await device.close();
});
