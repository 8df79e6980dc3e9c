/** What Turbo and htmx restore from their history after the end of a session: nothing of the person before. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { RestSessionState } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { Device } from './support/chromium';
import { post, text } from './support/composing';
import { contentsIn, savedIn } from './support/drafts';
import { holdBack, holdNext } from './support/held';
import { type HostServer, htmlPage, script, startHostServer } from './support/host-server';
import { newPerson, type Person } from './support/people';
import { PLAIN } from './support/plain-page';
import { sightingsOf, until } from './support/recorder';
import { setStage } from './support/stage';

const TURBO = `<!doctype html><html lang="en"><head><title>Turbo</title><script src="/client/vedfolnir.js"></script>
  <script src="/turbo.js"></script></head>`;
const HTMX = `<!doctype html><html lang="en"><head><title>htmx</title><script src="/client/vedfolnir.js"></script>
  <script src="/htmx.js"></script><script src="/client/htmx.js"></script></head>`;
const ELSEWHERE = '<p id="elsewhere">Elsewhere</p>';

const stage = setStage();
let host: HostServer;
/** For whom the application renders its pages; null: for nobody. */
let reader: string | null;
let device: Device;
let tab: Page;

const nameOf = async ({ client }: Person) => (await client.get<RestSessionState>('/api/session')).body.user.username;

beforeAll(async () => {
  host = await startHostServer(stage.node.port);
  const page = (body: string) => `${TURBO}${body}<a href="elsewhere.html">Leave</a>`;
  const library = (file: string) => script(readFileSync(require.resolve(file), 'utf8'));
  host.pages
    .set('/turbo.js', library('@hotwired/turbo/dist/turbo.es2017-umd.js'))
    .set('/htmx.js', library('htmx.org/dist/htmx.js'))
    .set('/elsewhere.html', htmlPage(`${TURBO}<body>${ELSEWHERE}`))
    .set(
      '/composer.html',
      htmlPage(`<!doctype html><html lang="en"><head><title>Write</title><script src="/client/vedfolnir.js"></script>
        <script type="module" src="/client/composer.mjs"></script><body><main><vf-composer></vf-composer></main>`),
    )
    .set('/fragment.html', htmlPage(ELSEWHERE))
    .set('/of-htmx.html', (response, request) => {
      const link = '<a href="fragment.html" hx-get="fragment.html" hx-target="main" hx-push-url="true">Leave</a>';
      htmlPage(`${HTMX}<body hx-ext="vedfolnir"><main><p>Here is ${reader}</p>${link}</main>`)(response, request);
    })
    .set('/public.html', htmlPage(page('<body><p>Here is <b data-user-info="username">a visitor</b></p>')))
    .set('/private.html', (response, request) => {
      if (reader === null) return response.writeHead(303, { location: '/login' }).end();
      htmlPage(page(`<body data-session-required="/login"><p>Here is ${reader}</p>`))(response, request);
    });
});

afterAll(() => host?.close());

beforeEach(async () => {
  reader = await nameOf(stage.person);
  device = await Device.open(stage.browser, host.url, stage.person.client);
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

/** Opens a page and follows its link, so that Turbo keeps a snapshot of it. @returns where that is seen later */
async function leave(path: string): Promise<string[]> {
  const words = `Here is ${reader}`;
  tab = await device.tab(path);
  await tab.getByText(words).waitFor();
  await tab.getByRole('link', { name: 'Leave' }).click();
  await tab.locator('#elsewhere').waitFor();
  return sightingsOf(words, device.context);
}

async function signOut(): Promise<void> {
  reader = null;
  await stage.person.client.post('/api/auth/logout', {});
  await until(tab, 'window.heard.sessionExpired');
}

/** In another tab, which the first one follows. */
async function signInAnother(): Promise<void> {
  const another = await newPerson(host.url, ['Omega']);
  reader = await nameOf(another);
  await device.useSessionOf(another.client);
  await device.tab(PLAIN);
  await tab.evaluate("window.dispatchEvent(new Event('online'))");
  await until(tab, `window.sessionSync.getState()?.user.username === ${JSON.stringify(reader)}`);
}

it.each<[who: string, change: () => Promise<void>]>([
  ['another person, after the first has signed out', () => signOut().then(signInAnother)],
  ['another person, whose session has replaced the first', signInAnother],
])('a private page is loaded again for %s', async (_, change) => {
  const sightings = await leave('/private.html');
  await change();
  await tab.evaluate('history.back()');
  await tab.getByText(`Here is ${reader}`).waitFor();
  expect(sightings).toEqual([]);
});

it('a page of htmx is read again for another person', async () => {
  const sightings = await leave('/of-htmx.html');
  await signOut();
  await signInAnother();
  await tab.evaluate('history.back()');
  await tab.getByText(`Here is ${reader}`).waitFor();
  expect(sightings).toEqual([]);
});

it('a page of htmx on which the session ended is read again for another person', async () => {
  const words = `Here is ${reader}`;
  tab = await device.tab('/of-htmx.html');
  await tab.getByText(words).waitFor();
  await signOut();
  await signInAnother();
  await tab.getByRole('link', { name: 'Leave' }).click();
  await tab.locator('#elsewhere').waitFor();
  const sightings = await sightingsOf(words, device.context);
  await tab.evaluate('history.back()');
  await tab.getByText(`Here is ${reader}`).waitFor();
  expect(sightings).toEqual([]);
});

it('a page of htmx does not send for another person what waited for the first', async () => {
  tab = await device.tab('/of-htmx.html');
  const another = await newPerson(host.url, ['Omega']);
  const id = (await another.client.get<RestSessionState>('/api/session')).body.user.id;
  const release = await holdBack(tab, '**/api/session');
  await tab.evaluate("window.dispatchEvent(new Event('online'))");
  await until(tab, '!window.sessionSync.isFresh()');
  await tab.getByRole('link', { name: 'Leave' }).click();
  await device.useSessionOf(another.client);
  release();
  await until(tab, `window.sessionSync.isFresh() && window.sessionSync.getState().user.id === ${id}`);
  expect(await tab.locator('#elsewhere').count()).toBe(0);
  await tab.getByRole('link', { name: 'Leave' }).click();
  await tab.locator('#elsewhere').waitFor();
});

it('a page of htmx says that nothing was sent if it cannot learn who is signed in', async () => {
  tab = await device.tab('/of-htmx.html');
  await tab.evaluate(
    `document.addEventListener('htmx:sendError', ({ target }) => (window.unsent = target.textContent))`,
  );
  await tab.context().setOffline(true);
  await until(tab, '!window.sessionSync.isFresh()');
  await tab.getByRole('link', { name: 'Leave' }).click();
  await until(tab, "window.unsent === 'Leave'");
  await tab.context().setOffline(false);
});

it('a composer shows another person their draft, and not the post of the first that is answered', async () => {
  tab = await device.tab('/composer.html');
  const draft = 'Not of the first person';
  const another = await newPerson(host.url, ['Omega']);
  await device.useSessionOf(another.client);
  await tab.reload();
  await text(tab).fill(draft);
  await savedIn(tab, draft);
  await device.useSessionOf(stage.person.client);
  await tab.reload();
  await tab.getByText('Posting as Alpha').waitFor();
  await text(tab).fill('By the first');
  const answer = await holdNext(tab, '/api/posts');
  await post(tab).click();
  await answer.asked;
  await device.useSessionOf(another.client);
  await tab.evaluate("window.dispatchEvent(new Event('online'))");
  await tab.getByText('Posting as Omega').waitFor();
  await answer.hand();
  await eventually(async () => expect(await text(tab).inputValue()).toBe(draft));
  expect([(await contentsIn(tab)).sort(), await tab.getByText('Sending to').count()]).toEqual([
    ['By the first', draft],
    0,
  ]);
});

it('what a person writes after signing out and in again is kept as ever', async () => {
  tab = await device.tab('/composer.html');
  await text(tab).fill('Before');
  await savedIn(tab, 'Before');
  await signOut();
  await eventually(async () => expect(await contentsIn(tab)).toEqual([]));
  await stage.person.client.login();
  await device.useSessionOf(stage.person.client);
  await device.tab(PLAIN);
  await tab.getByText('Posting as Alpha').waitFor();
  await text(tab).fill('After');
  await savedIn(tab, 'After');
  await tab.reload();
  await tab.getByText('Posting as Alpha').waitFor();
  await eventually(async () => expect(await text(tab).inputValue()).toBe('After'));
});

it('a private page leads to the sign-in page when nobody is signed in', async () => {
  const sightings = await leave('/private.html');
  await signOut();
  await tab.evaluate('history.back()');
  await tab.waitForURL('**/login');
  expect(sightings).toEqual([]);
});

it('a private page is shown as it was when the same person has signed in again', async () => {
  const sightings = await leave('/private.html');
  await signOut();
  await stage.person.client.login();
  await device.useSessionOf(stage.person.client);
  await device.tab(PLAIN);
  await until(tab, 'window.sessionSync.getState()');
  await tab.evaluate('window.isTheFirst = true');
  await tab.evaluate('history.back()');
  await tab.getByRole('link', { name: 'Leave' }).waitFor();
  expect(await tab.evaluate('window.isTheFirst')).toBe(true);
  await eventually(() => expect(sightings).not.toEqual([]));
});

it('a public page names nobody once the session has ended', async () => {
  const sightings = await leave('/public.html');
  await signOut();
  await tab.evaluate('history.back()');
  await tab.getByText('Here is', { exact: true }).waitFor();
  expect(sightings).toEqual([]);
});
