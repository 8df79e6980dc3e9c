/** One person, several tabs and devices: all on the same account, and all out at once. */
import type { Page } from 'playwright-core';
import { Device } from './support/chromium';
import { type Person, signOut } from './support/people';
import { heard, standsOn, until } from './support/recorder';
import { setStage } from './support/stage';

const HOSTILE = '<img src=x onerror="window.pwned=true">';

const stage = setStage();
let person: Person;
let device: Device;

beforeEach(async () => {
  ({ person, device } = stage);
});

describe('a switch', () => {
  it('is followed by every tab and device, each told once', async () => {
    const other = await stage.otherDevice();
    const [first, second, third, elsewhere] = await Promise.all([
      device.tab('/'),
      device.tab('/platforms'),
      device.tab('/devices'),
      other.tab('/'),
    ]);
    const [alpha, beta, gamma] = person.platforms;

    await first.getByRole('button', { name: /Active platform/ }).click();
    await first.getByRole('option', { name: 'Beta' }).click();
    const tabs = [first, second, third, elsewhere] as Page[];
    await Promise.all(tabs.map((tab) => standsOn(tab, beta!.id)));
    await elsewhere.getByRole('button', { name: /Active platform/ }).click();
    await elsewhere.getByRole('option', { name: 'Gamma' }).click();
    await Promise.all(tabs.map((tab) => standsOn(tab, gamma!.id)));
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
        },
        {
          platformId: gamma!.id,
          platformName: 'Gamma',
          platformType: 'mastodon',
          previousPlatformId: beta!.id,
          fromThisTab: tab === elsewhere,
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

  it('is made by the keyboard alone', async () => {
    const tab = await device.tab('/');
    const button = tab.getByRole('button', { name: /Active platform/ });
    const at = () => tab.locator('#vf-switcher-list .vf-current').innerText();
    await button.focus();
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

describe('platforms', () => {
  it('with markup for a name are text', async () => {
    await person.client.post('/api/platforms', {
      name: HOSTILE,
      platform_type: 'mastodon',
      instance_url: 'https://hostile.example',
      access_token: 'token',
    });
    for (const path of ['/platforms', '/', '/create_post', '/devices']) {
      const tab = await device.tab(path);
      const { id } = (
        await person.client.get<{ platforms: { id: number; name: string }[] }>('/api/user_platforms')
      ).body.platforms.find(({ name }) => name === HOSTILE)!;
      await tab.evaluate(`window.sessionSync.switchPlatform(${id})`);
      await tab.getByText(HOSTILE).first().waitFor();
      expect(await tab.locator('img[src="x"]').count()).toBe(0);
      expect(await tab.evaluate('window.pwned')).toBeUndefined();
      await tab.close();
    }
  });

  it('are connected, renamed, made default and removed, and every tab sees it', async () => {
    const watching = await device.tab('/platforms');
    // Opened last: a browser draws the tabs behind it only once a second, and clicks wait for that.
    const tab = await device.tab('/platforms');
    await tab.getByRole('button', { name: 'I have an access token' }).click();
    await tab.getByLabel('Name', { exact: true }).fill('Delta');
    await tab.getByLabel('Address').fill('https://delta.example');
    await tab.getByLabel('Access token').fill('secret-token');
    await tab.getByRole('button', { name: 'Connect', exact: true }).click();
    await watching.getByRole('heading', { name: 'Delta' }).waitFor();

    await tab.getByRole('button', { name: 'Rename Delta' }).click();
    await tab.getByLabel('New name').fill('Omega');
    await tab.getByRole('button', { name: 'Save' }).click();
    await watching.getByRole('heading', { name: 'Omega' }).waitFor();

    await tab.getByRole('button', { name: 'Make default Omega' }).click();
    await watching.getByRole('heading', { name: /Omega.*Default/ }).waitFor();

    await tab.getByRole('button', { name: 'Remove Alpha' }).click();
    const dialog = tab.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await watching.getByRole('heading', { name: /Alpha/ }).waitFor({ state: 'detached' });
    // It was the active one: a session on it moves to the default.
    await watching.getByRole('heading', { name: /Omega.*Active/ }).waitFor();
    expect(await heard(watching, 'platformSwitched')).toMatchObject([{ platformName: 'Omega' }]);
  });
});

describe('signing out', () => {
  it('of another device shows in its tabs, and ends what they may do', async () => {
    const other = await stage.otherDevice();
    const tabs = await Promise.all([other.tab('/'), other.tab('/create_post')]);
    const here = await device.tab('/devices');
    const card = here.locator('[data-devices] > li').filter({ hasNot: here.getByText('This device') });
    await card.getByRole('button', { name: /Sign out/ }).click();
    await here.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
    for (const tab of tabs) {
      await tab.waitForURL('**/login?reason=revoked');
      await tab.getByText('This session was ended from one of your devices.').waitFor();
      expect(await tab.evaluate("fetch('/api/user_data').then(({ status }) => status)")).toBe(401);
    }
    await card.waitFor({ state: 'detached' });
    expect(await here.evaluate("fetch('/api/session').then(({ status }) => status)")).toBe(200);
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
    await signOut(tab);
    await tab.waitForURL('**/login?reason=logout');
    await tab.goBack();
    await tab.waitForURL('**/login**');
    expect(await tab.locator('body').innerText()).not.toContain('Alpha');
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
