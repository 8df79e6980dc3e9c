/**
 * Screenshots of every page and its dialogs with the demo's content: wide, at 320 pixels, and in the dark scheme.
 * `node scripts/demo/screens.mjs [FOLDER] [NAME…]` after `npm run build`. Without a folder: those of docs/screens.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium, ROOT, startDemo } from './demo-server.mjs';

const [elsewhere, ...wanted] = process.argv.slice(2);
const folder = elsewhere ?? join(ROOT, 'docs/screens');
const PICTURES = join(ROOT, 'src/app/demo/pictures');
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 640 };
const PASSWORD = 'nine swifts over the market';

const button = (page, name) => page.getByRole('button', { name, exact: true });
const press = (page, name) => button(page, name).click();
const write = (page, words) => page.getByLabel('Text', { exact: true }).fill(words);

async function tryDemo(page) {
  await page.goto(`${demo.url}/login`);
  await press(page, 'Try the demo');
  await page.locator('[data-posts] article').first().waitFor();
}

/** Where the demo user is signed in already. */
async function open(page, path) {
  await page.goto(demo.url + path);
  await page.waitForLoadState('networkidle');
}

async function fillForm(page, values) {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value);
}

async function switchElsewhere(page, name) {
  const other = await page.context().newPage();
  await open(other, '/');
  await press(other, /Active platform/);
  await other.getByRole('option', { name: new RegExp(`^${name}`) }).click();
  await other.locator('#active-platform', { hasText: name }).waitFor();
  await other.close();
}

async function attach(page, ...names) {
  await page.locator('input[type="file"]').setInputFiles(names.map((name) => join(PICTURES, `${name}.webp`)));
  await page
    .locator('.vf-composer img')
    .nth(names.length - 1)
    .waitFor();
}

/**
 * Screenshots by name. `as`: a visitor or the demo user; `whole`: the full page instead of the viewport; `extra`: not
 * for docs/screens; `hurry`: on a server whose sessions end soon.
 */
const SCREENS = {
  // First, before other screenshots create posts.
  home: { whole: true, show: (page) => open(page, '/') },
  login: { as: 'visitor', show: (page) => open(page, '/login') },
  'login-refused': {
    extra: true,
    as: 'visitor',
    show: async (page) => {
      await open(page, '/login');
      await fillForm(page, { 'User name or e-mail': 'demo', Password: 'not this one' });
      await press(page, 'Sign in');
      await page.locator('.note').waitFor();
    },
  },
  'login-ended': { extra: true, as: 'visitor', show: (page) => open(page, '/login?reason=idle') },
  register: { as: 'visitor', show: (page) => open(page, '/register') },
  'register-refused': {
    extra: true,
    as: 'visitor',
    show: async (page) => {
      await open(page, '/register');
      await fillForm(page, { 'User name': 'demo', 'E-mail': 'somebody@people.example', Password: 'password1234' });
      await press(page, 'Register');
      await page.locator('.vf-error').filter({ hasText: /\w/ }).first().waitFor();
    },
  },
  reset: { extra: true, as: 'visitor', show: (page) => open(page, '/reset') },
  'first-steps': { as: 'visitor', show: tryDemo },
  'home-empty': {
    extra: true,
    as: 'visitor',
    show: async (page) => {
      await open(page, '/register');
      const name = `mira${Date.now() % 1e6}`;
      await fillForm(page, { 'User name': name, 'E-mail': `${name}@people.example`, Password: PASSWORD });
      await press(page, 'Register');
      await page.getByRole('link', { name: 'Connect one' }).first().waitFor();
    },
  },
  'platforms-empty': {
    extra: true,
    as: 'visitor',
    show: async (page) => {
      await SCREENS['home-empty'].show(page);
      await open(page, '/platforms');
    },
  },
  'home-loading': {
    extra: true,
    show: async (page) => {
      await page.route('**/api/posts?*', () => {});
      await page.goto(demo.url);
      await page.locator('.vf-placeholder').first().waitFor();
    },
  },
  'home-error': {
    show: async (page) => {
      await page.route('**/api/posts?*', (route) =>
        route.fulfill({
          status: 503,
          json: {
            success: false,
            error_code: 'DATABASE_ERROR',
            error: 'The database cannot be reached',
            retry_after: 30,
          },
        }),
      );
      await open(page, '/');
    },
  },
  'home-offline': {
    extra: true,
    show: async (page) => {
      await open(page, '/');
      await page.context().setOffline(true);
      await page.getByText('No connection to the server.').waitFor();
    },
  },
  switcher: {
    show: async (page) => {
      await open(page, '/');
      await press(page, /Active platform/);
      await page.getByRole('listbox').waitFor();
    },
  },
  'account-menu': {
    show: async (page) => {
      await open(page, '/');
      await press(page, /^Account of/);
      await button(page, 'Sign out').waitFor();
    },
  },
  'keyboard-help': {
    extra: true,
    show: async (page) => {
      await open(page, '/');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  'switched-elsewhere': {
    show: async (page) => {
      await open(page, '/');
      const other = await newWindow({ userAgent: PHONE });
      const phone = await other.newPage();
      await tryDemo(phone);
      await press(phone, /Active platform/);
      await phone.getByRole('option', { name: /^Photo Walks/ }).click();
      await page.getByText(/^Switched to Photo Walks on/).waitFor();
      await other.close();
      await page.locator('[data-posts] article').first().waitFor();
    },
    undo: async (page) => {
      await press(page, 'Undo');
      await page.locator('#active-platform', { hasText: 'Town Square' }).waitFor();
    },
  },
  create_post: {
    whole: true,
    show: async (page) => {
      await open(page, '/create_post');
      await write(
        page,
        'The plum cake is out of the oven, and half of it is already gone. Recipe tomorrow: https://bakery.example/plums',
      );
      await attach(page, 'bread', 'market');
      await page
        .getByLabel(/^Description of bread/)
        .fill('A round loaf with four cuts across its crust on a floured board');
      await page.getByText('Draft saved').or(page.getByText(/saved/i)).first().waitFor();
    },
  },
  'create_post-empty': { extra: true, whole: true, show: (page) => open(page, '/create_post') },
  'create_post-errors': {
    extra: true,
    whole: true,
    show: async (page) => {
      await open(page, '/create_post');
      await page
        .locator('input[type="file"]')
        .setInputFiles([{ name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') }]);
      await write(page, 'The ferry is late again, so here is all that I have thought while waiting. '.repeat(9));
    },
  },
  'create_post-moved': {
    extra: true,
    show: async (page) => {
      await open(page, '/create_post');
      await write(page, 'Meant for the neighbours, not for work.');
      await switchElsewhere(page, 'Work Notes');
      await button(page, 'Keep posting as Town Square').waitFor();
    },
    undo: (page) => switchElsewhere(page, 'Town Square'),
  },
  'create_post-describe': {
    extra: true,
    show: async (page) => {
      await open(page, '/create_post');
      await write(page, 'Back from the cape.');
      await attach(page, 'lighthouse');
      await press(page, 'Post');
      await page.getByRole('alertdialog').waitFor();
    },
  },
  'create_post-sent': {
    extra: true,
    whole: true,
    show: async (page) => {
      await open(page, '/create_post');
      await write(page, 'The ladder has been found: it was in the hall all along.');
      await press(page, 'Post');
      await page
        .getByText(/^Posted to/)
        .first()
        .waitFor();
    },
  },
  images: {
    show: async (page) => {
      await switchElsewhere(page, 'Photo Walks');
      await open(page, '/images');
      await page.getByLabel('What does the picture show?').fill('A black cat sits on a window sill beside a cactus');
    },
  },
  'images-done': {
    extra: true,
    show: async (page) => {
      await switchElsewhere(page, 'Town Square');
      await open(page, '/images');
    },
  },
  platforms: { whole: true, show: (page) => open(page, '/platforms') },
  'platforms-menu': {
    show: async (page) => {
      await open(page, '/platforms');
      await press(page, 'More for Photo Walks');
      await button(page, 'Rename Photo Walks').waitFor();
    },
  },
  'platforms-refused': {
    whole: true,
    show: async (page) => {
      await open(page, '/platforms');
      await press(page, 'I have an access token');
      const address = await page.locator('.vf-hint').filter({ hasText: '127.0.0.1' }).first().textContent();
      await fillForm(page, { Address: /127\.0\.0\.1:\d+/.exec(address)[0], 'Access token': 'copied-from-somewhere' });
      await press(page, 'Connect');
      await page
        .locator('app-connect-form .vf-error, app-connect-form .note')
        .filter({ hasText: /\w/ })
        .first()
        .waitFor();
    },
  },
  'platforms-unknown': {
    extra: true,
    whole: true,
    show: async (page) => {
      await open(page, '/platforms');
      await fillForm(page, { Address: 'not an address' });
      await press(page, 'Sign in there');
      await page
        .locator('app-connect-form .vf-error, app-connect-form .note')
        .filter({ hasText: /\w/ })
        .first()
        .waitFor();
    },
  },
  devices: { whole: true, show: (page) => open(page, '/devices') },
  activity: { whole: true, show: (page) => open(page, '/activity') },
  account: { whole: true, show: (page) => open(page, '/account') },
  admin: { whole: true, show: (page) => open(page, '/admin') },
  'not-found': { show: (page) => open(page, '/no/such/page') },
  plain: { whole: true, show: (page) => open(page, '/client/examples/plain.html') },
  'expiry-warning': {
    as: 'visitor',
    hurry: true,
    show: async (page) => {
      await page.goto(`${hurried.url}/login`);
      await press(page, 'Try the demo');
      await page.getByRole('alertdialog').waitFor({ timeout: 60_000 });
    },
  },
  'session-ended': {
    as: 'visitor',
    hurry: true,
    show: async (page) => {
      await page.goto(`${hurried.url}/login`);
      await press(page, 'Try the demo');
      await page.locator('[data-posts] article').first().waitFor();
      await page.goto(`${hurried.url}/create_post`);
      await write(page, 'The plum cake is out of the oven');
      await page.waitForURL('**/login?*', { timeout: 60_000 });
      await page.waitForLoadState('networkidle');
    },
  },
};

const PHONE = 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0';

async function shoot(page, name, kind, whole) {
  if (whole) {
    // Fixed elements are then shown where they are at the end of the page.
    const height = await page.evaluate(() => document.scrollingElement.scrollHeight);
    const { width } = page.viewportSize();
    await page.setViewportSize({ width, height: Math.max(height, page.viewportSize().height) });
  }
  await page.waitForFunction(() =>
    [...document.images].filter((each) => each.checkVisibility()).every(({ complete }) => complete),
  );
  await page.screenshot({ path: join(folder, `${name}-${kind}.png`) });
}

async function newWindow(more = {}) {
  const options = {
    ...more,
    viewport: WIDE,
    locale: 'en-GB',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    bypassCSP: true,
  };
  const context = await browser.newContext(options);
  context.setDefaultTimeout(20_000);
  return context;
}

mkdirSync(folder, { recursive: true });
const names = Object.keys(SCREENS).filter((name) =>
  wanted.length > 0 ? wanted.includes(name) : elsewhere || !SCREENS[name].extra,
);
const demo = await startDemo();
const hurried =
  names.some((name) => SCREENS[name].hurry) &&
  (await startDemo({ SESSION_IDLE_TIMEOUT: '20s', SESSION_EXPIRY_WARNING: '15s' }));
const browser = await launchChromium();
const person = await newWindow();
const entrance = await person.newPage();
await tryDemo(entrance);
await press(entrance, 'Close the first steps');
const known = await person.storageState();
await entrance.close();
let failures = 0;
for (const name of names) {
  const { as, whole, show, undo } = SCREENS[name];
  const context = await newWindow();
  if (as !== 'visitor') await context.addCookies(known.cookies);
  const page = await context.newPage();
  try {
    await show(page);
    await shoot(page, name, 'wide', whole);
    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot(page, name, 'dark', whole);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(NARROW);
    await shoot(page, name, '320', whole);
    await page.setViewportSize(WIDE);
    await undo?.(page);
  } catch (error) {
    failures += 1;
    process.stderr.write(`${name}: ${error.message}\n`);
    await page.screenshot({ path: join(folder, `${name}-failed.png`) }).catch(() => {});
  }
  await context.close();
}
await browser.close();
await demo.stop();
if (hurried) await hurried.stop();
process.exit(failures > 0 ? 1 : 0);
