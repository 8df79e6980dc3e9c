/** What must hold in every browser alike. */
import type { RestSessionState } from '../../../src/protocol/http';
import { eventually } from '../../support/eventually';
import { postsOf, switchTo } from '../support/composing';
import type { DrivenTab } from '../support/drivers/driver';
import { active, click, fill, has, isAt, shown, value } from '../support/drivers/page';
import { newPerson } from '../support/people';
import { PLAIN } from '../support/plain-page';
import { standsOn, until } from '../support/recorder';
import { type EveryBrowserStage } from './stage';

const PASSWORD = 'correct horse battery staple';
const FOCUS_IS_ON_SWITCHER = "document.activeElement.matches('.vf-switcher-button')";
const LEADS = '(({ leader, connected }) => leader && connected)(sessionSync.getPerformanceMetrics())';
const DIALOG = 'dialog[role=alertdialog]';
export const IS_MODAL = `${shown(DIALOG)}?.matches(':modal')`;
const LATE = `<form id="late" method="post" action="/create_post" data-platform-aware>
  <input type="hidden" name="platform_id" value=""><input type="hidden" name="csrf_token" value="">
  <textarea name="content"></textarea><button>Send</button></form>`;

/** A page that shows the expiry warning. */
export async function warnedTab(stage: EveryBrowserStage): Promise<DrivenTab> {
  const { url } = stage.shortNode;
  const { client } = await newPerson(url, []);
  await stage.browser.reset(url, client.cookie);
  const tab = await stage.browser.newTab();
  await tab.open(`${url}/devices`);
  await has(tab, DIALOG);
  return tab;
}

export function mainPaths(stage: EveryBrowserStage): void {
  /** From another device. */
  async function revoke(): Promise<void> {
    const other = stage.person.client.device();
    await other.login();
    expect((await other.post('/api/sessions/end_others', {})).status).toBe(200);
  }

  async function leaderOf(tabs: DrivenTab[]): Promise<DrivenTab> {
    return eventually(async () => {
      const found = await Promise.all(tabs.map((tab) => tab.evaluate<boolean>(LEADS)));
      const leaders = tabs.filter((_, index) => found[index]);
      if (leaders.length !== 1) throw new Error(`${leaders.length} leaders`);
      return leaders[0]!;
    });
  }

  it('shows in two tabs a switch that was made by the keyboard', async () => {
    const other = await stage.tab('/platforms');
    const tab = await stage.tab('/');
    const current = (name: string) => has(tab, '.vf-switcher [role=listbox] .vf-current', name);
    await until(tab, active('Alpha'));
    await tab.evaluate("document.querySelector('.vf-switcher-button').focus()");
    await tab.press('Enter');
    await current('Alpha');
    await tab.press('End');
    await current('Beta');
    await tab.press('Home');
    await current('Alpha');
    await tab.press('Escape');
    await until(tab, `!(${shown('[role=listbox]')}) && ${FOCUS_IS_ON_SWITCHER}`);
    await tab.press('ArrowDown');
    await current('Alpha');
    await tab.type('b');
    await current('Beta');
    await tab.press('Enter');
    await Promise.all([tab, other].map((each) => until(each, active('Beta'))));
    expect(await tab.evaluate(FOCUS_IS_ON_SWITCHER)).toBe(true);
  });

  it('signs every tab out when the session is revoked', async () => {
    const tabs = [await stage.tab('/'), await stage.tab('/create_post')];
    await revoke();
    for (const tab of tabs) {
      await isAt(tab, '/login');
      expect(await tab.evaluate('location.search')).toBe('?reason=revoked');
    }
  });

  it('has one leader among its tabs, and another when that one is closed', async () => {
    const tabs = [await stage.tab('/'), await stage.tab('/devices'), await stage.tab('/platforms')];
    const leader = await leaderOf(tabs);
    const left = tabs.filter((tab) => tab !== leader);
    await leader.close();
    const id = await switchTo(stage.person, 1);
    await leaderOf(left);
    for (const tab of left) await standsOn(tab, id);
  });

  it('keeps a draft through the end of the session', async () => {
    const { username } = (await stage.person.client.get<RestSessionState>('/api/session')).body.user;
    const tab = await stage.tab('/create_post');
    await fill(tab, '#vf-composer-text', 'Half a thought');
    await revoke();
    await isAt(tab, '/login');
    await fill(tab, 'input[autocomplete~=username]', username);
    await fill(tab, 'input[type=password]', PASSWORD);
    await tab.press('Enter');
    await isAt(tab, '/create_post');
    await until(tab, `${value('#vf-composer-text')} === 'Half a thought'`);
  });

  it('sends a form that came late to the platform that it was begun for', async () => {
    const tab = await stage.tab(PLAIN);
    await tab.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend', ${JSON.stringify(LATE)})`);
    await fill(tab, '#late textarea', 'Meant for Alpha');
    await switchTo(stage.person, 1);
    await has(tab, '#late .platform-question', 'This was begun for Alpha');
    expect(await tab.evaluate(value('#late [name=platform_id]'))).toBe(String(stage.person.platforms[0]!.id));
    await click(tab, '#late button', 'Send');
    await click(tab, '#late button', 'Keep posting as Alpha');
    await click(tab, '#late button', 'Send');
    await eventually(async () => {
      const posts = await Promise.all([0, 1].map((index) => postsOf(stage.person, index)));
      expect(posts.map(({ length }) => length)).toEqual([1, 0]);
    });
  });

  it('asks before the end of an idle session, whatever is typed, until it is answered', async () => {
    const tab = await warnedTab(stage);
    await tab.evaluate("void sessionSync.on('sessionExtended', () => (window.wasExtended = true))");
    for (let times = 0; times < 4; times += 1) await tab.press('Escape');
    await tab.type('x');
    await until(tab, IS_MODAL);
    expect(await tab.evaluate('window.wasExtended')).toBeFalsy();
    await click(tab, `${DIALOG} button`, 'Stay signed in');
    await until(tab, `window.wasExtended && !(${shown(DIALOG)})`);
  });
}
