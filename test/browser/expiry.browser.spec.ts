/** The end of a session by its limits, as a person sees it. */
import type { Browser, Page } from 'playwright-core';
import type { RestSessionState } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';
import { text } from './support/composing';
import { withoutPolls } from './support/held';
import { expectClean, expectToFit } from './support/looks';
import { newPerson } from './support/people';
import { heard, until } from './support/recorder';
import { setStage } from './support/stage';

/** WCAG 2.2.1: what a person has at the least to answer that they are still there. */
const LEAST_TIME_MS = 20_000;

async function signIn(tab: Page, username: string): Promise<void> {
  await tab.getByLabel('User name or e-mail').fill(username);
  await tab.getByLabel('Password').fill('correct horse battery staple');
  await tab.getByRole('button', { name: 'Sign in' }).click();
}

describe('who answers the warning', () => {
  const stage = setStage({ env: { SESSION_IDLE_TIMEOUT: '30s', SESSION_EXPIRY_WARNING: '20s' } });

  it('Point 6: warns in every tab, with the focus in the dialog, and one answer is the answer of all', async () => {
    const second = await stage.device.tab('/devices');
    const tab = await stage.device.tab('/');
    const [dialog, other] = [tab.getByRole('alertdialog'), second.getByRole('alertdialog')];
    await Promise.all([dialog.waitFor(), other.waitFor()]);
    // A tab in the background shows nothing but its title.
    for (const page of [tab, second]) expect(await page.title()).toMatch(/^Sign-out soon · /);
    const stay = dialog.getByRole('button', { name: 'Stay signed in' });
    expect(await tab.evaluate('document.activeElement?.textContent.trim()')).toBe('Stay signed in');
    await tab.keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(true);
    // Opening the second page was an activity too, and may have been told.
    const before = await Promise.all([tab, second].map(async (page) => (await heard(page, 'sessionExtended')).length));
    await stay.click();
    await Promise.all([dialog.waitFor({ state: 'hidden' }), other.waitFor({ state: 'hidden' })]);
    for (const page of [tab, second]) expect(await page.title()).not.toContain('Sign-out soon');
    // Each deadline is warned of once; there may have been one before the first page had opened the second.
    const warnings = (await heard(second, 'sessionExpiring')).map(({ reason, expiresAt }) => `${reason} ${expiresAt}`);
    expect(warnings).toEqual([...new Set(warnings)]);
    expect(warnings.at(-1)).toMatch(/^idle /);
    const after = await Promise.all([tab, second].map(async (page) => (await heard(page, 'sessionExtended')).length));
    expect(after).toEqual(before.map((count) => count + 1));
    expect(await heard(second, 'sessionExpired')).toEqual([]);
  });

  it('does not ask in the next session for the last one, and what is done there counts', async () => {
    await withoutPolls(stage.device.context);
    const tab = await stage.device.tab('/');
    const dialog = tab.getByRole('alertdialog');
    await dialog.waitFor();
    const next = stage.person.client.device();
    await next.login();
    await stage.device.useSessionOf(next);
    await tab.evaluate("window.dispatchEvent(new Event('online'))");
    await dialog.waitFor({ state: 'hidden' });
    expect(await tab.title()).not.toContain('Sign-out soon');
    const told = (await heard(tab, 'sessionExtended')).length;
    await eventually(async () => {
      await tab.keyboard.press('Shift');
      expect((await heard(tab, 'sessionExtended')).length).toBeGreaterThan(told);
    });
  });

  it('signs out from the warning', async () => {
    const tab = await stage.device.tab('/');
    await tab.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
    await tab.waitForURL('**/login?reason=logout');
  });
});

describe('who does not', () => {
  const stage = setStage({ env: { SESSION_IDLE_TIMEOUT: '8s', SESSION_EXPIRY_WARNING: '4s' } });

  it('Point 6, Point 7: signs out whoever does not answer, says why, and keeps what they were writing', async () => {
    const { username } = (await stage.person.client.get<RestSessionState>('/api/session')).body.user;
    const second = await stage.device.tab('/create_post');
    await text(second).fill('Half a thought');
    const tab = await stage.device.tab('/');
    await Promise.all(
      [tab, second].map(async (page) => {
        await page.waitForURL('**/login?reason=idle*', { timeout: 30_000 });
        await page.getByText('You were signed out because nothing was done here for a long time.').waitFor();
      }),
    );
    await second.getByText('What you were writing is kept as a draft in this browser').waitFor();
    expect(await tab.getByText('is kept as a draft').count()).toBe(0);
    await signIn(second, username);
    await second.waitForURL('**/create_post');
    await second.getByText(/^Your draft from .* is back\.$/).waitFor();
    expect(await text(second).inputValue()).toBe('Half a thought');
  });

  it('lets a busy person work on, whatever the clock says', async () => {
    const tab = await stage.device.tab('/create_post');
    const text = tab.getByLabel('Text', { exact: true });
    const began = performance.now();
    // Twice the idle limit, never away for longer than a third of it.
    while (performance.now() - began < 16_000) await text.pressSequentially('word ', { delay: 100 });
    expect(await heard(tab, 'sessionExpired')).toEqual([]);
    expect(await tab.getByRole('alertdialog').isVisible()).toBe(false);
  });

  it('is not kept alive by an open page that looks for news', async () => {
    const tab = await stage.device.tab('/');
    await until(tab, '(window.heard.sessionExpiring ?? []).length === 1');
    await tab.evaluate('window.sessionSync.syncSessionState()');
    await tab.evaluate("window.dispatchEvent(new Event('online'))");
    await tab.evaluate("window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }))");
    await tab.waitForURL('**/login?reason=idle', { timeout: 30_000 });
  });
});

describe('Point 6: the longest time of a session', () => {
  let short: ServerNode;
  let browser: Browser;

  beforeAll(async () => {
    const started = startNode({ SESSION_LIFETIME: '62s', SESSION_EXPIRY_WARNING: '60s' });
    [short, browser] = await Promise.all([started, launchChromium()]);
  });

  afterAll(async () => {
    await browser?.close();
    await short?.stop();
  });

  it('cannot be extended: the warning offers to sign in again, and leaves 20 seconds and more for it', async () => {
    const { client } = await newPerson(short.url);
    const other = await Device.open(browser, short.url, client);
    const tab = await other.tab('/devices');
    const dialog = tab.getByRole('alertdialog');
    await dialog.getByText('A session has a longest time').waitFor();
    const { expiresAt } = (await heard(tab, 'sessionExpiring')).at(-1)!;
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThanOrEqual(LEAST_TIME_MS);
    expect(await tab.evaluate("document.activeElement?.closest('[role=alertdialog]') !== null")).toBe(true);
    expect(await tab.evaluate('document.activeElement?.textContent.trim()')).toBe('Sign in again');
    await expectClean(tab);
    await tab.setViewportSize({ width: 320, height: 640 });
    await expectToFit(tab, 'the warning at 320 pixels');
    expect(await dialog.getByRole('button', { name: 'Stay signed in' }).count()).toBe(0);
    const { user, session } = (await client.get<RestSessionState>('/api/session')).body;
    await dialog.getByRole('link', { name: 'Sign in again' }).click();
    await signIn(tab, user.username);
    // Where they were.
    await tab.waitForURL(`${short.url}/devices`);
    await until(tab, 'window.sessionSync?.getState()');
    expect(await tab.evaluate('window.sessionSync.getState().session.id')).not.toBe(session.id);
    await other.close();
  });

  it('is put off in one tab for all of them, and for those that come', async () => {
    const { client } = await newPerson(short.url);
    const other = await Device.open(browser, short.url, client);
    const [tab, second] = [await other.tab('/'), await other.tab('/devices')];
    const dialogs = [tab, second].map((page) => page.getByRole('alertdialog'));
    await Promise.all(dialogs.map((dialog) => dialog.getByText('A session has a longest time').waitFor()));
    await dialogs[0]!.getByRole('button', { name: 'Later' }).click();
    await Promise.all(dialogs.map((dialog) => dialog.waitFor({ state: 'hidden' })));
    const third = await other.tab('/account');
    await until(third, "(window.heard.sessionExpiring ?? []).some(({ reason }) => reason === 'absolute')");
    await third.evaluate("document.querySelector('vf-expiry-dialog').updateComplete");
    expect(await third.getByRole('alertdialog').isVisible()).toBe(false);
    await other.close();
  });
});
