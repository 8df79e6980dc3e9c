/** What some browser did differently: where it keeps no images, draws a meter, or inserts a dialog again. */
import type { ServerResponse } from 'node:http';
import { eventually } from '../../support/eventually';
import { fill, has, isAt, placeOf, shown, value } from '../support/drivers/page';
import { htmlPage } from '../support/host-server';
import { PIXEL } from '../support/pictures';
import { IS_CONNECTED, until } from '../support/recorder';
import { IS_MODAL, warnedTab } from './main-paths';
import { type EveryBrowserStage, KEEP_UNCAUGHT } from './stage';

export function details(stage: EveryBrowserStage): void {
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

  it('asks in a modal dialog wherever its element is moved or inserted again, and no more once it is answered', async () => {
    const tab = await warnedTab(stage);
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
