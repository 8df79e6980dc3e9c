/** The example pages and programs on a host application, each run as its reader would run it. */
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Device, launchChromium } from '../browser/support/chromium';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { launch } from '../support/processes';
import { compile, type Host, MODULES, startHost, strangersFolder } from './support/package';

const PASSWORD = 'correct horse battery';

let instance: FakeInstance;
let host: Host;
let browser: Browser;

beforeAll(async () => {
  const folder = strangersFolder('nest');
  compile(folder);
  cpSync(strangersFolder('page'), join(folder, 'public/page'), { recursive: true });
  cpSync(join(buildReact(), 'dist'), join(folder, 'public/react'), { recursive: true });
  [instance, browser] = await Promise.all([startInstance(), launchChromium()]);
  host = await startHost(folder, { ADAPTER: 'express', DATABASE_URL: 'notes.sqlite', ...allowed(instance) });
});
afterAll(async () => {
  await browser?.close();
  await stopInstances();
});

/** @returns its folder, after its own `npm run build` */
function buildReact(): string {
  const folder = strangersFolder('react');
  compile(folder);
  const args = [join(MODULES, 'vite/bin/vite.js'), 'build', '--base', '/react/', '--logLevel', 'error'];
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  return folder;
}

/** A user with the platforms Alpha, which is active, and Beta. */
async function newPerson() {
  const client = new TestClient(host.url);
  const { body } = await client.register({ password: PASSWORD });
  const alpha = await connectTo(client, instance, 'Alpha');
  const beta = await connectTo(client, instance, 'Beta');
  const switchTo = async ({ platform }: typeof beta) => {
    const phone = client.device();
    await phone.login();
    expect((await phone.post(`/api/switch_platform/${platform.id}`)).status).toBe(200);
  };
  return { client, username: body.user.username, alpha, beta, switchTo };
}

async function notesOn(client: TestClient, { platform }: { platform: { id: number } }): Promise<string[]> {
  const headers = { 'x-platform-id': String(platform.id), 'x-platform-pinned': 'true' };
  const { body } = await client.get<{ text: string }[]>('/notes', { headers });
  return body.map(({ text }) => text);
}

it('a page with attributes alone follows a switch, and its form stays where it was begun', async () => {
  const { client, alpha, beta, switchTo } = await newPerson();
  const device = await Device.open(browser, host.url, client);
  const page = await device.tab('/page/');
  await page.getByRole('heading', { name: 'Notes on Alpha' }).waitFor();
  await page.getByRole('textbox', { name: 'New note' }).fill('for Alpha');
  await switchTo(beta);
  await page.getByRole('heading', { name: 'Notes on Beta' }).waitFor();
  await page.getByRole('button', { name: /Alpha/ }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Notes on Beta' }).waitFor();
  await eventually(async () => expect(await notesOn(client, alpha)).toEqual(['for Alpha']));
  expect(await notesOn(client, beta)).toEqual([]);
  expect(device.complaints).toEqual([]);
  await device.close();
});

it('a React page follows a switch made elsewhere, and switches for all', async () => {
  const { client, alpha, beta, switchTo } = await newPerson();
  const device = await Device.open(browser, host.url, client);
  const [page, other] = [await device.tab('/react/'), await device.tab('/page/')];
  await page.getByRole('heading', { name: 'Notes on Alpha' }).waitFor();
  await switchTo(beta);
  await page.getByRole('heading', { name: 'Notes on Beta' }).waitFor();
  await page.getByRole('combobox', { name: 'Platform' }).selectOption('Alpha');
  await other.getByRole('heading', { name: 'Notes on Alpha' }).waitFor();
  await page.getByRole('textbox', { name: 'New note' }).fill('from React');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('listitem').getByText('from React').waitFor();
  expect(await notesOn(client, alpha)).toEqual(['from React']);
  expect(device.complaints).toEqual([]);
  await device.close();
});

it('a bot follows the person by socket until it is signed out', async () => {
  const { client, username, beta } = await newPerson();
  const { PATH } = process.env;
  const bot = launch(process.execPath, ['bot.mjs'], {
    cwd: strangersFolder('bot'),
    env: { PATH, SERVER: host.url, BOT_USERNAME: username, BOT_PASSWORD: PASSWORD },
  });
  const says = (text: string) => eventually(() => expect(bot.output()).toContain(text));
  await says(`${username} is on Alpha`);
  await client.post(`/api/switch_platform/${beta.platform.id}`);
  await says('Noted on Beta');
  expect(await notesOn(client, beta)).toEqual(['Came to Beta']);
  await client.post('/api/sessions/end_others');
  await says('Signed out: revoked');
  expect(await bot.exited).toMatchObject({ code: 0 });
});
