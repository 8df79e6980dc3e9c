/** Where a page of others stands: under a strict policy, in a frame, behind a service worker, at another address. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { switchTo } from '../support/composing';
import { active, click, fill, has, shown, switchIn } from '../support/drivers/page';
import { htmlPage, script } from '../support/host-server';
import { newPerson } from '../support/people';
import { until } from '../support/recorder';
import type { EveryBrowserStage } from './stage';

const example = (name: string) => readFileSync(join(__dirname, '../../../examples/frameworks', name), 'utf8');

const KEEP_VIOLATIONS = `
  window.uncaught = [];
  addEventListener('error', ({ message }) => uncaught.push(message));
  addEventListener('unhandledrejection', ({ reason }) => uncaught.push(String(reason)));
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
    uncaught.push([violatedDirective, blockedURI, sample].join(' ')));`;

/** What a page at another address gets of a node: its answers, or the name of the error. */
const CALL = `async (url, platformId) => {
  const call = async (path, init) => {
    const answer = await fetch(url + path, { credentials: 'include', ...init });
    return { status: answer.status, ...(await answer.json()) };
  };
  const session = await call('/api/session').catch(({ name }) => ({ error: name }));
  const headers = { 'content-type': 'application/json', 'x-csrftoken': session.csrf_token ?? '' };
  const switched = await call('/api/switch_platform/' + platformId, { method: 'POST', headers, body: '{}' })
    .catch(({ name }) => ({ error: name }));
  const socket = await new Promise((resolve) => {
    const socket = new WebSocket(url.replace('http', 'ws') + '/socket.io/?EIO=4&transport=websocket');
    socket.onerror = () => resolve('broken');
    socket.onmessage = ({ data }) => {
      if (data.startsWith('0')) socket.send('40' + JSON.stringify({ tab_id: 'elsewhere' }));
      else resolve(/ORIGIN_REFUSED/.exec(data)?.[0] ?? data.slice(0, 3)), socket.close();
    };
  });
  return { user: session.user?.username ?? session.error, switched: switched.status ?? switched.error, socket };
}`;

export function surroundings(stage: EveryBrowserStage): void {
  it('needs no more than two policies of Trusted Types under a strict content security policy', async () => {
    const { pages } = stage.host;
    pages
      .set('/strict/index.html', htmlPage(example('strict.html')))
      .set('/strict/keep-uncaught.js', script(KEEP_VIOLATIONS));
    const news = JSON.stringify({ html: '<p>Some <b>news</b></p>' });
    pages.set('/strict/news', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(news));
    const tab = await stage.tab('/strict/index.html');
    await switchIn(tab, 'Beta');
    await has(tab, '#news b', 'news');
    await fill(tab, '#vf-composer-text', 'Hello');
    await click(tab, '.vf-menu-button');
    await has(tab, 'vf-device-list [data-devices]');
    expect(await tab.evaluate('uncaught')).toEqual([]);
    // The policy holds: without ours the page could not do what it did.
    const refused = `(() => { try { document.body.insertAdjacentHTML('beforeend', '<p>'); } catch (error) { return error.name; } })()`;
    expect(await tab.evaluate(refused)).toBe('TypeError');
  });

  it('follows in a frame as in a tab, and switches there for all', async () => {
    const { pages } = stage.host;
    const head = `<!doctype html><script src="/client/vedfolnir.js"></script><script type="module" src="/client/elements.mjs"></script>`;
    pages.set('/inner', htmlPage(`${head}<body><vf-platform-switcher></vf-platform-switcher>`));
    pages.set(
      '/outer',
      htmlPage(`${head}<body><p>On <b data-platform-info="name"></b></p><iframe src="/inner"></iframe>`),
    );
    const tab = await stage.tab('/outer');
    await has(tab, 'p', 'On Alpha');
    const inner = 'frames[0].document.querySelector(".vf-switcher-button")';
    await until(tab, `${inner}?.textContent.includes('Alpha')`);
    await tab.evaluate(`frames[0].sessionSync.switchPlatform(${stage.person.platforms[1]!.id})`);
    await has(tab, 'p', 'On Beta');
    await until(tab, `${inner}.textContent.includes('Beta')`);
    const sandboxed = `<script src="/client/vedfolnir.js" onload="tell(true)" onerror="tell(false)"></script>`;
    const tell = "<!doctype html><script>tell = (hasScript) => parent.postMessage({ hasScript }, '*')</script>";
    pages.set('/sandboxed', htmlPage(tell + sandboxed));
    const answer = `new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(data));
      document.body.insertAdjacentHTML('beforeend', '<iframe sandbox="allow-scripts" src="/sandboxed"></iframe>');
    })`;
    expect(await tab.evaluate(answer)).toEqual({ hasScript: false });
    expect(await tab.evaluate('frames[0].sessionSync.getTabId() !== sessionSync.getTabId()')).toBe(true);
  });

  it('holds behind a service worker that keeps what never changes', async () => {
    stage.host.pages.set('/sw.js', script(example('service-worker.js')));
    const tab = await stage.tab('/');
    await tab.evaluate(
      "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => {})",
    );
    await tab.open(`${stage.host.url}/`);
    await until(tab, 'navigator.serviceWorker.controller && window.sessionSync?.getState()');
    await until(tab, active('Alpha'));
    await switchTo(stage.person, 1);
    await until(tab, active('Beta'));
    const kept =
      "caches.open('vedfolnir').then((cache) => cache.keys()).then((keys) => keys.map(({ url }) => new URL(url).pathname))";
    const paths = await tab.evaluate<string[]>(kept);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !path.startsWith('/client/parts/'))).toEqual([]);
    await stage.person.client.post('/api/auth/logout', {});
    await until(tab, "location.pathname === '/login'");
  });

  it('may be called, with the session, by a page of an allowed origin, and by no other', async () => {
    const { shortNode, allowed, refused } = stage;
    const { client, platforms } = await newPerson(shortNode.url, ['Alpha', 'Beta']);
    const { username } = (await client.get<{ user: { username: string } }>('/api/session')).body.user;
    await stage.browser.reset(shortNode.url, client.cookie);
    const call = `(${CALL})(${JSON.stringify(shortNode.url)}, ${platforms[1]!.id})`;
    const answers = [];
    for (const { url, pages } of [refused, allowed]) {
      pages.set('/', htmlPage('<!doctype html><title>Of another origin</title><p>Here</p>'));
      const tab = await stage.browser.newTab();
      await tab.open(`${url}/`);
      await until(tab, shown('p'));
      answers.push(await tab.evaluate(call));
    }
    expect(answers).toEqual([
      { user: 'TypeError', switched: 'TypeError', socket: 'ORIGIN_REFUSED' },
      { user: username, switched: 200, socket: '40{' },
    ]);
  });
}
