/** Who signs in again after an end that was not their doing is where they were; and nobody is led away from this site. */
import type { Page } from 'playwright-core';
import type { RestSessionState } from '../../src/protocol/http';
import { newPerson, signOut } from './support/people';
import { until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();

async function signIn(tab: Page, username: string): Promise<void> {
  await tab.getByLabel('User name or e-mail').fill(username);
  await tab.getByLabel('Password').fill('correct horse battery staple');
  await tab.getByRole('button', { name: 'Sign in' }).click();
}

const user = async () => (await stage.person.client.get<RestSessionState>('/api/session')).body.user;

it('leads back to the page that was left, without what was asked of it', async () => {
  const { username: name } = await user();
  const tab = await stage.device.tab('/devices?of=somebody#there');
  const other = stage.person.client.device();
  await other.login();
  await other.post('/api/sessions/end_others', {});
  await tab.waitForURL('**/login?reason=revoked');
  await signIn(tab, name);
  await tab.waitForURL(`${stage.node.url}/devices`);
  await tab.locator('[data-devices]').waitFor();
  expect(await tab.evaluate("sessionStorage.getItem('vedfolnir_return_path')")).toBeNull();
});

it('leads every tab that stands at the sign-in back to where it was, as soon as it was done in one', async () => {
  const { username: name } = await user();
  const tabs = [await stage.device.tab('/devices'), await stage.device.tab('/account')];
  const late = await stage.device.tab('/activity');
  const other = stage.person.client.device();
  await other.login();
  await other.post('/api/sessions/end_others', {});
  for (const tab of [...tabs, late]) await tab.waitForURL('**/login?reason=revoked');
  await late.goto('about:blank');
  // Both have heard that nobody is signed in.
  for (const tab of tabs) await until(tab, "window.sessionSync?.getConnectionStatus() === 'none'");
  await signIn(tabs[0]!, name);
  await tabs[0]!.waitForURL(`${stage.node.url}/devices`);
  await tabs[1]!.waitForURL(`${stage.node.url}/account`);
  // One that had not come to the sign-in by then is no worse off.
  await late.goto(`${stage.node.url}/login?reason=revoked`);
  await late.waitForURL(`${stage.node.url}/activity`);
});

it('leads on, when it is looked at, a tab that has not heard of it', async () => {
  const { username: name } = await user();
  const { context } = stage.device;
  await context.clearCookies();
  const content = "window.addEventListener('storage', (event) => event.stopImmediatePropagation())";
  await context.addInitScript({ content });
  const [tab, other] = [await stage.device.bareTab('/login'), await stage.device.bareTab('/login')];
  for (const page of [tab, other]) await until(page, "window.sessionSync?.getConnectionStatus() === 'none'");
  await signIn(other, name);
  await other.waitForURL(`${stage.node.url}/`);
  expect(new URL(tab.url()).pathname).toBe('/login');
  await tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await tab.waitForURL(`${stage.node.url}/`);
});

it('leads home who has signed out', async () => {
  const { username: name } = await user();
  const tab = await stage.device.tab('/devices');
  await signOut(tab);
  await tab.waitForURL('**/login?reason=logout');
  await signIn(tab, name);
  await tab.waitForURL(`${stage.node.url}/`);
});

it.each(['//evil.example', 'https://evil.example', '/\t/evil.example'])(
  'stays on this site, whatever is kept: %s',
  async (kept) => {
    const { username: name } = await user();
    await stage.device.context.clearCookies();
    const tab = await stage.device.bareTab('/login');
    await tab.evaluate(`sessionStorage.setItem('vedfolnir_return_path', ${JSON.stringify(kept)})`);
    const went: string[] = [];
    // Nobody really goes there.
    await tab.route('**/*', async (route) => {
      if (!route.request().isNavigationRequest()) return route.fallback();
      went.push(route.request().url());
      await route.fulfill({ contentType: 'text/html', body: '<h1>There</h1>' });
    });
    await signIn(tab, name);
    await tab.getByRole('heading', { name: 'There' }).waitFor();
    expect(went.map((address) => new URL(address).origin)).toEqual([stage.node.url]);
  },
);

it('leads another person home, who signs in where somebody was signed out', async () => {
  const tab = await stage.device.tab('/account');
  const other = stage.person.client.device();
  await other.login();
  await other.post('/api/sessions/end_others', {});
  await tab.waitForURL('**/login?reason=revoked');
  await newPerson(stage.node.url, ['Zeta'], 'someone_else');
  await signIn(tab, 'someone_else');
  await tab.waitForURL(`${stage.node.url}/`);
});
