/** What must hold in every browser alike. */
import type { ServerResponse } from 'node:http';
import type { RestSessionState } from '../../../src/protocol/http';
import { eventually } from '../../support/eventually';
import { postsOf, switchTo } from '../support/composing';
import type { DrivenTab } from '../support/drivers/driver';
import { active, click, fill, has, isAt, placeOf, shown, value } from '../support/drivers/page';
import { htmlPage } from '../support/host-server';
import { newPerson } from '../support/people';
import { PIXEL } from '../support/pictures';
import { PLAIN } from '../support/plain-page';
import { IS_CONNECTED, standsOn, until } from '../support/recorder';
import { type EveryBrowserStage, KEEP_UNCAUGHT } from './stage';

const PASSWORD = 'correct horse battery staple';
const FOCUS_IS_ON_SWITCHER = "document.activeElement.matches('.vf-switcher-button')";
const LEADS = '(({ leader, connected }) => leader && connected)(sessionSync.getPerformanceMetrics())';
const DIALOG = 'dialog[role=alertdialog]';
const IS_MODAL = `${shown(DIALOG)}?.matches(':modal')`;
const LATE = `<form id="late" method="post" action="/create_post" data-platform-aware>
  <input type="hidden" name="platform_id" value=""><input type="hidden" name="csrf_token" value="">
  <textarea name="content"></textarea><button>Send</button></form>`;

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

  it('keeps the words of a draft where the browser keeps no images, and says so', async () => {
    const tab = await stage.tab('/create_post');
    // As in a private window of Safari.
    await tab.evaluate(`(() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (value, ...key) {
        if (value?.files?.length > 0) throw new DOMException('A blob', 'DataCloneError');
        return put.call(this, value, ...key);
      };
    })()`);
    await fill(tab, '#vf-composer-text', 'With a picture');
    await tab.evaluate(`(() => {
      const chosen = new DataTransfer();
      const bytes = Uint8Array.from(atob(${JSON.stringify(PIXEL.toString('base64'))}), (each) => each.charCodeAt(0));
      chosen.items.add(new File([bytes], 'pixel.png', { type: 'image/png' }));
      const input = document.querySelector('vf-composer input[type=file]');
      input.files = chosen.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
    await has(tab, 'vf-toasts', 'this browser keeps no images in a private window');
    await tab.open(`${stage.host.url}/create_post`);
    await until(tab, `${value('#vf-composer-text')} === 'With a picture'`);
  });

  it('tells a visitor in the place of a composer that nobody is signed in', async () => {
    const html = `<!doctype html>${KEEP_UNCAUGHT}<script src="/client/vedfolnir.js"></script>
      <script type="module" src="/client/composer.mjs"></script><vf-composer login="/enter"></vf-composer>`;
    stage.host.pages.set('/visitor', htmlPage(html));
    await stage.browser.reset(stage.host.url, '');
    const tab = await stage.browser.newTab();
    await tab.open(`${stage.host.url}/visitor`);
    await has(tab, 'vf-composer', 'You are not signed in.');
    await has(tab, 'vf-composer a[href="/enter"]', 'Sign in');
    expect(await tab.evaluate('uncaught')).toEqual([]);
  });

  it('draws the meter of the counter dark in the dark', async () => {
    const tab = await stage.tab('/create_post');
    const meter = '.vf-counter meter';
    await has(tab, meter);
    await tab.evaluate(`(() => {
      document.documentElement.style.colorScheme = 'dark';
      document.querySelector(${JSON.stringify(meter)}).scrollIntoView({ block: 'center' });
    })()`);
    const colorIn = (picture: string) => `(async () => {
      const image = new Image();
      image.src = ${JSON.stringify(picture)};
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      const pen = canvas.getContext('2d');
      pen.drawImage(image, 0, 0);
      const { right, top, height } = document.querySelector(${JSON.stringify(meter)}).getBoundingClientRect();
      const scale = image.width / innerWidth;
      return [...pen.getImageData((right - 20) * scale, (top + height / 2) * scale, 1, 1).data].slice(0, 3);
    })()`;
    await eventually(async () => {
      const [red, green, blue] = await tab.evaluate<number[]>(colorIn(await tab.picture()));
      expect(Math.max(red!, green!, blue!)).toBeLessThan(100);
    });
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

  it.each([1_000, 320])('opens the menu of the user beside its button, in %i pixels', async (width) => {
    const html = `<!doctype html><link rel="stylesheet" href="/client/elements.css"><body>
      <header style="display: flex; justify-content: end"><vf-session-menu><a href="/">Home</a></vf-session-menu></header>
      <script src="/client/vedfolnir.js"></script><script type="module" src="/client/elements.mjs"></script>`;
    stage.host.pages.set('/menu', htmlPage(html));
    // A window of WebKit's is not made as narrow as that.
    const frame = `<!doctype html><iframe src="/menu" style="width: ${width}px; height: 500px; border: 0"></iframe>
      <script src="/client/vedfolnir.js"></script>`;
    stage.host.pages.set('/frame', htmlPage(frame));
    const tab = await stage.tab('/frame');
    const button = 'frames[0].document.querySelector("vf-session-menu .vf-menu-button")';
    await until(tab, button);
    await tab.evaluate(`${button}.click()`);
    const place = placeOf('vf-session-menu >>> [part=panel]', 'vf-session-menu .vf-menu-button', 'frames[0]');
    await eventually(async () => expect(await tab.evaluate(place)).toEqual({ gap: 6, overlaps: true, inside: true }));
  });

  it('leaves a page whose body comes after the end of the session', async () => {
    let response: ServerResponse | undefined;
    stage.host.pages.set('/slow', (slow) => {
      response = slow;
      slow.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' });
      // A browser runs no script of a page of which it has only a little.
      slow.write(`<!doctype html><head>${KEEP_UNCAUGHT}<script src="/client/vedfolnir.js"></script>
        <script>addEventListener('sessionExpired', () => (window.hasEnded = true))</script><!--${' '.repeat(4_096)}-->`);
    });
    const tab = await stage.browser.newTab();
    await tab.evaluate(`void (location.href = ${JSON.stringify(`${stage.host.url}/slow`)})`);
    await until(tab, IS_CONNECTED);
    await stage.person.client.post('/api/auth/logout', {});
    await until(tab, 'window.hasEnded');
    expect(await tab.evaluate('[document.body, uncaught]')).toEqual([null, []]);
    response!.end('<body data-session-required="/login"><main>Of the person alone</main>');
    await isAt(tab, '/login');
  });

  /** A page that shows the expiry warning. */
  async function warnedTab(): Promise<DrivenTab> {
    const { url } = stage.shortNode;
    const { client } = await newPerson(url, []);
    await stage.browser.reset(url, client.cookie);
    const tab = await stage.browser.newTab();
    await tab.open(`${url}/devices`);
    await has(tab, DIALOG);
    return tab;
  }

  it('asks before the end of an idle session, whatever is typed, until it is answered', async () => {
    const tab = await warnedTab();
    await tab.evaluate("void sessionSync.on('sessionExtended', () => (window.wasExtended = true))");
    for (let times = 0; times < 4; times += 1) await tab.press('Escape');
    await tab.type('x');
    await until(tab, IS_MODAL);
    expect(await tab.evaluate('window.wasExtended')).toBeFalsy();
    await click(tab, `${DIALOG} button`, 'Stay signed in');
    await until(tab, `window.wasExtended && !(${shown(DIALOG)})`);
  });

  it('asks in a modal dialog wherever its element is moved or inserted again, and no more once it is answered', async () => {
    const tab = await warnedTab();
    await tab.evaluate("void (window.warning = document.querySelector('vf-expiry-dialog'))");
    const change = (code: string) => tab.evaluate(`(async () => { ${code} })()`);
    const anotherTask = 'await new Promise((resolve) => setTimeout(resolve));';
    for (const code of [
      'document.body.prepend(warning);',
      'document.body.moveBefore?.(warning, null);',
      `warning.remove(); ${anotherTask} document.body.append(warning);`,
    ]) {
      await change(code);
      await until(tab, IS_MODAL);
    }
    await change(`warning.remove(); ${anotherTask} await sessionSync.extendSession();`);
    await change('document.body.append(warning); await warning.updateComplete;');
    expect(await tab.evaluate(`Boolean(${shown('dialog')})`)).toBe(false);
  });
}
