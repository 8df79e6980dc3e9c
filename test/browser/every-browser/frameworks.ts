/** The pages of `examples/frameworks`: what the guide says of each framework holds in each browser. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RestSessionState } from '../../../src/protocol/http';
import { eventually } from '../../support/eventually';
import type { DrivenTab } from '../support/drivers/driver';
import { click, fill, has, shown, switchIn, value } from '../support/drivers/page';
import { type HostServer, htmlPage, script } from '../support/host-server';
import { until } from '../support/recorder';
import { type EveryBrowserStage, KEEP_UNCAUGHT } from './stage';

const EXAMPLES = join(__dirname, '../../../examples/frameworks');
/** Those whose pages are a script, and those that are HTML with the framework's own script. */
const BUNDLED = ['react', 'vue', 'svelte'];
const PLAIN: Record<string, string> = {
  alpine: 'alpinejs/dist/cdn.js',
  htmx: 'htmx.org/dist/htmx.js',
  turbo: '@hotwired/turbo/dist/turbo.es2017-umd.js',
};

const shell = (html: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bundled</title>
  <link rel="stylesheet" href="/client/elements.css"><link rel="stylesheet" href="/client/composer.css">
  <script type="module" src="page.js"></script></head><body><div id="app">${html}</div></body></html>`;

interface Bundle {
  code: string;
  /** What a server renders of it. */
  html: string;
}

async function bundle(name: string): Promise<Bundle> {
  const args = [join(__dirname, 'bundle.mjs'), name];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 10_000_000 });
  return JSON.parse(stdout);
}

const withRecorder = (html: string) => htmlPage(html.replace(/<head>/, `<head>${KEEP_UNCAUGHT}`));

/** The same in each browser. */
let bundles: Promise<Bundle[]> | undefined;

async function serve({ pages }: HostServer): Promise<void> {
  bundles ??= Promise.all(BUNDLED.map(bundle));
  for (const [index, { code, html }] of (await bundles).entries()) {
    const name = BUNDLED[index];
    pages.set(`/${name}/index.html`, withRecorder(shell(html))).set(`/${name}/page.js`, script(code));
  }
  for (const [name, file] of Object.entries(PLAIN)) {
    pages.set(`/${name}/${name}.js`, script(readFileSync(require.resolve(file), 'utf8')));
    for (const page of readdirSync(join(EXAMPLES, name))) {
      pages.set(`/${name}/${page}`, withRecorder(readFileSync(join(EXAMPLES, name, page), 'utf8')));
    }
  }
}

const TEXT = '#vf-composer-text';
const COUNT_MOVES = `(() => {
  window.moves = 0;
  const isOurs = (node) => node.localName === 'vf-composer' || node.querySelector?.('vf-composer');
  new MutationObserver((records) => {
    for (const { removedNodes } of records) if ([...removedNodes].some(isOurs)) window.moves += 1;
  }).observe(document, { childList: true, subtree: true });
})()`;
const REPEATED_IDS = `[...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, at, all) => all.indexOf(id) !== at)`;
const count = (selector: string) => `document.querySelectorAll(${JSON.stringify(selector)}).length`;

const TOKEN = "document.querySelector('meta[name=csrf-token]')?.content";

async function expectDrawnOnce(tab: DrivenTab): Promise<void> {
  const drawn = `[${count('.vf-switcher-button')}, ${count('vf-composer form')}, ${REPEATED_IDS}, uncaught]`;
  // A visit of Turbo's may be under way still.
  await eventually(async () => expect(await tab.evaluate(drawn)).toEqual([1, 1, [], []]));
}

export function frameworks(stage: EveryBrowserStage): void {
  beforeAll(() => serve(stage.host));

  it.each([...BUNDLED, ...Object.keys(PLAIN)])('a page of %s', async (name) => {
    const { csrf_token } = (await stage.person.client.get<RestSessionState>('/api/session')).body;
    const hasToken = `${TOKEN} === ${JSON.stringify(csrf_token)}`;
    const other = await stage.tab(`/${name}/index.html`);
    const tab = await stage.tab(`/${name}/index.html`);
    await has(tab, 'h1', ' on Alpha');

    // What is moved keeps what was written in it.
    await fill(tab, TEXT, 'Half a thought');
    await tab.evaluate(COUNT_MOVES);
    for (let times = 0; times < 2; times += 1) await click(tab, '#move');
    await until(tab, 'window.moves > 0');
    await until(tab, `${value(TEXT)} === 'Half a thought'`);
    await expectDrawnOnce(tab);
    // Turbo has replaced the head by now, and nothing has changed that would be told.
    await until(tab, hasToken);

    // A form that came late stays with the platform that it was begun for, however often the page is drawn again.
    await click(tab, '#add');
    await fill(tab, '#late textarea', 'Meant for Alpha');
    await switchIn(other, 'Beta');
    await has(tab, 'h1', ' on Beta');
    await has(tab, '#late .platform-question', 'This was begun for Alpha');
    await click(tab, '#again');
    expect(await tab.evaluate(value('#late [name=platform_id]'))).toBe(String(stage.person.platforms[0]!.id));

    // What comes back from the history is drawn anew, from the session as it is.
    await click(tab, '#leave');
    await has(tab, '#elsewhere');
    await switchIn(other, 'Alpha');
    await tab.evaluate('history.back()');
    await has(tab, 'h1', ' on Alpha');
    await until(tab, shown('.vf-switcher-button', 'Active platform: Alpha'));
    await expectDrawnOnce(tab);
    await until(tab, hasToken);
  });
}
