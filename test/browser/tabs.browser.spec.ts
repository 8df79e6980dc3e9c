/** One person, several tabs and devices: all on the same account, and all out at once. */
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { FULL } from '../support/scale';
import { sharedInstanceUrl } from '../support/shared-instances';
import { Device, launchChromium } from './support/chromium';
import { withoutPolls } from './support/held';
import { type Person, signOut } from './support/people';
import { heard, press, sightingsOf, standsOn, timesOf, until } from './support/recorder';
import { setStage } from './support/stage';

/** Promised for a switch and for an end, from a person's press to the last tab; the short form runs on any machine. */
const SOON_MS = FULL ? 1_000 : 30_000;
const HOSTILE = '<img src=x onerror="window.pwned=true">';

const stage = setStage();
let person: Person;
let device: Device;

beforeEach(async () => {
  ({ person, device } = stage);
});

describe('Point 3: a switch', () => {
  let secondBrowser: Browser;

  beforeAll(async () => {
    secondBrowser = await launchChromium();
  });

  afterAll(() => secondBrowser?.close());

  it('is followed by two tabs and a second browser within a second, each told once', async () => {
    const other = await stage.otherDevice(secondBrowser);
    await withoutPolls(device.context, other.context);
    const [first, second, third, elsewhere] = await Promise.all([
      device.tab('/'),
      device.tab('/platforms'),
      device.tab('/devices'),
      other.tab('/'),
    ]);
    const [alpha, beta, gamma] = person.platforms;

    const tabs = [first, second, third, elsewhere] as Page[];
    const times = await timesOf('platformSwitched', tabs);
    for (const [asking, to] of [
      [first, beta!],
      [elsewhere, gamma!],
    ] as const) {
      await asking!.getByRole('button', { name: /Active platform/ }).click();
      times.length = 0;
      const pressed = await press(asking!.getByRole('option', { name: to.name }));
      await Promise.all(
        tabs.map((tab) => tab.getByRole('button', { name: `Active platform: ${to.name}`, exact: true }).waitFor()),
      );
      await eventually(() => expect(times).toHaveLength(tabs.length));
      expect(Math.max(...times) - pressed).toBeLessThan(SOON_MS);
      await Promise.all(tabs.map((tab) => standsOn(tab, to.id)));
    }
    // A whole state on top must tell nothing twice.
    await Promise.all(tabs.map((tab) => tab.evaluate('window.sessionSync.syncSessionState()')));

    for (const tab of tabs) {
      const switches = await heard(tab, 'platformSwitched');
      expect(switches).toEqual([
        {
          platformId: beta!.id,
          platformName: 'Beta',
          platformType: 'pixelfed',
          previousPlatformId: alpha!.id,
          fromThisTab: tab === first,
          originSessionId: expect.any(String),
        },
        {
          platformId: gamma!.id,
          platformName: 'Gamma',
          platformType: 'mastodon',
          previousPlatformId: beta!.id,
          fromThisTab: tab === elsewhere,
          originSessionId: expect.any(String),
        },
      ]);
      expect((await heard(tab, 'sessionStateChanged')).length).toBe(3);
    }
    await other.close();
  });

  it('of one session alone moves its tabs and no others', async () => {
    const other = await stage.otherDevice();
    const [first, second, elsewhere] = await Promise.all([device.tab('/'), device.tab('/'), other.tab('/')]);
    const [alpha, beta] = person.platforms;
    await first.evaluate(`window.sessionSync.switchPlatform(${beta!.id}, { scope: 'session' })`);
    await standsOn(second, beta!.id);
    const { revision } = (await first.evaluate('window.sessionSync.getState()')) as { revision: number };
    await until(elsewhere, `window.sessionSync.getState().revision === ${revision}`);
    await standsOn(elsewhere, alpha!.id);
    expect(await heard(elsewhere, 'platformSwitched')).toEqual([]);
    await other.close();
  });
});

describe('Point 2: the switcher by the keyboard alone', () => {
  it('is reached by Tab, opened by Enter, Space and ↓, gone through, chosen from, and closed by Esc', async () => {
    const tab = await device.tab('/');
    const at = () => tab.locator('.vf-switcher [role=listbox] .vf-current').innerText();
    await eventually(async () => {
      await tab.keyboard.press('Tab');
      expect(await tab.evaluate("document.activeElement?.matches('.vf-switcher-button')")).toBe(true);
    });
    for (const opener of ['Enter', ' ', 'ArrowDown']) {
      await tab.keyboard.press(opener);
      await tab.getByRole('listbox').waitFor();
      await tab.keyboard.press('Escape');
      await tab.getByRole('listbox').waitFor({ state: 'hidden' });
      expect(await tab.evaluate("document.activeElement?.matches('.vf-switcher-button')")).toBe(true);
    }
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('End');
    expect(await at()).toContain('Gamma');
    await tab.keyboard.press('Home');
    expect(await at()).toContain('Alpha');
    await tab.keyboard.press('ArrowDown');
    expect(await at()).toContain('Beta');
    await tab.keyboard.press('ArrowUp');
    expect(await at()).toContain('Alpha');
    await tab.keyboard.press('g');
    expect(await at()).toContain('Gamma');
    await tab.keyboard.press('Enter');
    await standsOn(tab, person.platforms[2]!.id);
    expect(await tab.evaluate("document.activeElement?.matches('.vf-switcher-button')")).toBe(true);
    // Open before the next key can come.
    const pressed = (await tab.evaluate(`(() => {
      const key = new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true });
      document.querySelector('.vf-switcher-button').dispatchEvent(key);
      return document.activeElement?.getAttribute('role');
    })()`)) as string | null;
    expect(pressed).toBe('listbox');
  });
});

describe('Point 13: a platform with markup for a name', () => {
  it('is text on every page, in the switcher and in what the page says of it', async () => {
    await person.client.post('/api/platforms', {
      name: HOSTILE,
      platform_type: 'mastodon',
      instance_url: sharedInstanceUrl(),
      access_token: 'token',
    });
    for (const path of ['/platforms', '/', '/create_post', '/devices', '/activity', '/account']) {
      const tab = await device.tab(path);
      const { id } = (
        await person.client.get<{ platforms: { id: number; name: string }[] }>('/api/user_platforms')
      ).body.platforms.find(({ name }) => name === HOSTILE)!;
      await person.client.post(`/api/switch_platform/${person.platforms[0]!.id}`, {});
      await tab.getByRole('button', { name: 'Active platform: Alpha', exact: true }).click();
      await tab.getByRole('option', { name: HOSTILE }).click();
      await standsOn(tab, id);
      await tab.getByRole('button', { name: `Active platform: ${HOSTILE}`, exact: true }).waitFor();
      if (path === '/platforms') {
        await tab.getByRole('button', { name: `More for ${HOSTILE}` }).click();
        await tab.getByRole('button', { name: `Remove ${HOSTILE}` }).click();
        await tab.getByRole('alertdialog', { name: `Remove ${HOSTILE}?` }).waitFor();
      }
      expect(await tab.locator('img[src="x"]').count()).toBe(0);
      expect(await tab.evaluate('window.pwned')).toBeUndefined();
      await tab.close();
    }
  });
});

describe('platforms', () => {
  it('are connected, renamed, made default and removed, and every tab sees it', async () => {
    const watching = await device.tab('/platforms');
    // Opened last: a browser draws the tabs behind it only once a second, and clicks wait for that.
    const tab = await device.tab('/platforms');
    await tab.getByRole('button', { name: 'I have an access token' }).click();
    await tab.getByLabel('Name', { exact: true }).fill('Delta');
    await tab.getByLabel('Address').fill(sharedInstanceUrl());
    await tab.getByLabel('Access token').fill('secret-token');
    await tab.getByRole('button', { name: 'Connect', exact: true }).click();
    await watching.getByRole('heading', { name: 'Delta' }).waitFor();

    await tab.getByRole('button', { name: 'More for Delta' }).click();
    await tab.getByRole('button', { name: 'Rename Delta' }).click();
    await tab.getByLabel('New name').fill('Omega');
    await tab.getByRole('button', { name: 'Save' }).click();
    await watching.getByRole('heading', { name: 'Omega' }).waitFor();

    await tab.getByRole('button', { name: 'More for Omega' }).click();
    await tab.getByRole('button', { name: 'Make default Omega' }).click();
    await watching.getByRole('heading', { name: /Omega.*Default/ }).waitFor();

    await tab.getByRole('button', { name: 'More for Alpha' }).click();
    await tab.getByRole('button', { name: 'Remove Alpha' }).click();
    const dialog = tab.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await watching.getByRole('heading', { name: /Alpha/ }).waitFor({ state: 'detached' });
    // It was the active one: a session on it moves to the default.
    await watching.getByRole('heading', { name: /Omega.*Active/ }).waitFor();
    expect(await heard(watching, 'platformSwitched')).toMatchObject([{ platformName: 'Omega' }]);
  });
});

describe('Point 5: signing out', () => {
  it('of another device ends all its tabs within a second, and "back" shows nothing of before', async () => {
    const other = await stage.otherDevice();
    await withoutPolls(other.context);
    const tabs = await Promise.all([other.tab('/'), other.tab('/create_post')]);
    // So that there is a page of theirs to go back to.
    for (const tab of tabs) {
      await tab.goto(`${stage.node.url}/platforms`);
      await tab.getByRole('heading', { name: /Alpha/ }).waitFor();
    }
    const sightings = await sightingsOf('Alpha', other.context);
    await eventually(() => expect(sightings).toHaveLength(tabs.length));
    const times = await timesOf('sessionExpired', tabs);
    const here = await device.tab('/devices');
    const card = here.locator('[data-devices] > li').filter({ hasNot: here.getByText('This device') });
    await card.getByRole('button', { name: /Sign out/ }).click();
    const pressed = await press(here.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }));
    await eventually(() => expect(times).toHaveLength(tabs.length));
    expect(Math.max(...times) - pressed).toBeLessThan(SOON_MS);
    for (const tab of tabs) expect(await tab.locator('body').innerText()).not.toContain('Alpha');
    sightings.length = 0;
    for (const tab of tabs) {
      await tab.waitForURL('**/login?reason=revoked');
      await tab.getByText('This session was ended from one of your devices.').waitFor();
      expect(await tab.evaluate("fetch('/api/user_data').then(({ status }) => status)")).toBe(401);
      await tab.goBack();
      await tab.waitForURL('**/login');
      await tab.getByLabel('User name or e-mail').waitFor();
    }
    expect(sightings).toEqual([]);
    await card.waitFor({ state: 'detached' });
    expect(await here.evaluate("fetch('/api/session').then(({ status }) => status)")).toBe(200);
    await other.close();
  });

  it('of all others asks for the password where the sign-in is a while ago, and does it then', async () => {
    const other = await stage.otherDevice();
    const there = await other.tab('/');
    const here = await device.tab('/devices');
    // As the server says it; whether it says so in time is tested where time can be set.
    const refusal = { success: false, error: 'Please give your password', error_code: 'REAUTHENTICATION_REQUIRED' };
    await here.route('**/api/sessions/end_others', (route) => route.fulfill({ status: 403, json: refusal }), {
      times: 1,
    });
    await here.getByRole('button', { name: 'Sign out all other devices' }).click();
    await here.getByRole('alertdialog').getByRole('button', { name: 'Sign out all' }).click();
    const question = here.getByRole('dialog', { name: 'Please give your password once more' });
    await question.getByLabel('Password').fill('correct horse battery staple');
    await question.getByRole('button', { name: 'Continue' }).click();
    await there.waitForURL('**/login?reason=revoked');
    await here.getByText('You are signed in nowhere else.').waitFor();
    await other.close();
  });

  it('takes what was private off the screen at once, and says so once', async () => {
    const tab = await device.tab('/');
    const second = await device.tab('/');
    await second.evaluate(`window.addEventListener('sessionExpired', () => setTimeout(() => {
      window.leftOver = document.body.innerText.includes('Alpha');
    }))`);
    await signOut(tab);
    await second.getByRole('alert').waitFor();
    expect(await second.evaluate('window.leftOver')).toBe(false);
    expect(await heard(second, 'sessionExpired')).toEqual([{ reason: 'logout', errorCode: 'SESSION_REVOKED' }]);
    await Promise.all([tab.waitForURL('**/login?reason=logout'), second.waitForURL('**/login?reason=logout')]);
    await tab.getByText('You have signed out.').waitFor();
  });

  it('leaves nothing behind for the way back', async () => {
    const tab = await device.tab('/');
    await tab.goto(`${stage.node.url}/devices`);
    await until(tab, 'window.sessionSync.getState()');
    const sightings = await sightingsOf('Alpha', device.context);
    await eventually(() => expect(sightings).toHaveLength(1));
    await signOut(tab);
    await tab.waitForURL('**/login?reason=logout');
    sightings.length = 0;
    await tab.goBack();
    await tab.waitForURL('**/login');
    await tab.getByLabel('User name or e-mail').waitFor();
    expect(await tab.locator('body').innerText()).not.toContain('Alpha');
    expect(sightings).toEqual([]);
  });
});

describe('signing in', () => {
  it('by the pages: register, sign out, a wrong password, a right one', async () => {
    const fresh = await Device.open(stage.browser, stage.node.url);
    const tab = await fresh.bareTab('/register');
    const username = `browser${Date.now()}`;
    await tab.getByLabel('User name').fill(username);
    await tab.getByLabel('E-mail').fill(`${username}@example.org`);
    await tab.getByLabel('Password').fill('a long enough sentence');
    await tab.getByRole('button', { name: 'Register' }).click();
    await tab.getByRole('heading', { name: `Welcome, ${username}` }).waitFor();
    await signOut(tab);
    await tab.waitForURL('**/login?reason=logout');
    expect(await heard(tab, 'sessionExpired')).toEqual([]);
    await tab.getByLabel('User name or e-mail').fill(username);
    await tab.getByLabel('Password').fill('wrong');
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByRole('alert').getByText('wrong password').waitFor();
    await tab.getByLabel('Password').fill('a long enough sentence');
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByRole('heading', { name: `Welcome, ${username}` }).waitFor();
    expect(fresh.complaints).toEqual([]);
    await fresh.close();
  });

  it('keeps a tab signed in through a change of the password, and no other device', async () => {
    const other = await stage.otherDevice();
    const elsewhere = await other.tab('/');
    const tab = await device.tab('/account');
    const second = await device.tab('/');
    await tab.getByLabel('Current password').fill('correct horse battery staple');
    await tab.getByLabel('New password').fill('another long sentence');
    await tab.getByRole('button', { name: 'Change the password' }).click();
    await elsewhere.waitForURL('**/login?reason=password_changed');
    await tab.getByText('The password was changed.').waitFor();
    // Both tabs go on with the new secret and the new token.
    for (const [page, platform] of [
      [second, person.platforms[1]!],
      [tab, person.platforms[2]!],
    ] as const) {
      await page.evaluate(`window.sessionSync.switchPlatform(${platform.id})`);
      await Promise.all([standsOn(tab, platform.id), standsOn(second, platform.id)]);
    }
    expect(await heard(second, 'sessionExpired')).toEqual([]);
    await other.close();
  });
});
