/** Pictures on their way from a person's disk to the instance, with what is said of them. */
import type { Browser, Page } from 'playwright-core';
import type { PlatformView } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';
import { post, sendings, text } from './support/composing';
import { holdBack, holdNext } from './support/held';
import { PIXEL, picture } from './support/pictures';

let town: FakeInstance;
let photos: FakeInstance;
let node: ServerNode;
let browser: Browser;
let client: TestClient;
let device: Device;
let tab: Page;
let first: Awaited<ReturnType<typeof connectTo>>;

beforeAll(async () => {
  town = await startInstance({ maxMedia: 3, imageSize: 800_000 });
  photos = await startInstance({ kind: 'pixelfed', name: 'Photos' });
  [node, browser] = await Promise.all([startNode(allowed(town, photos)), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await node?.stop();
  await stopInstances();
});

beforeEach(async () => {
  client = new TestClient(node.url);
  await client.register();
  first = await connectTo(client, town);
  device = await Device.open(browser, node.url, client);
  tab = await device.tab('/create_post');
  await tab.locator('form.vf-composer').waitFor();
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

/** A second account, and the session on it. */
async function goToPhotos(): Promise<PlatformView> {
  const { platform } = await connectTo(client, photos, 'Photos');
  expect((await client.post(`/api/switch_platform/${platform.id}`, {})).status).toBe(200);
  return platform;
}

const tiles = () => tab.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
const description = (name: string) => tab.getByLabel(`Description of ${name}`);
const attach = (...files: ReturnType<typeof picture>[]) => tab.locator('input[type="file"]').setInputFiles(files);
const uploaded = (count: number) =>
  eventually(async () => expect(await tab.locator('[data-state="ready"]').count()).toBe(count));
const there = () => town.statuses.filter(({ accountId }) => accountId === first.account.id);

it('publishes two pictures with what is said of them, and tells live how it goes', async () => {
  const files = [picture('sunset.png', 600_000), picture('boat.png')];
  await attach(...files);
  await description('sunset.png').fill('A red sun over the sea');
  await description('boat.png').fill('A blue boat');
  await text(tab).fill('Two of them');
  await tab.getByLabel('Language').selectOption('de');
  await uploaded(2);
  let go = () => {};
  town.fail('POST /api/v1/statuses', {
    until: new Promise<void>((resolve) => {
      go = resolve;
    }),
  });
  await post(tab).click();
  await tab.getByText('Sending to Town…').waitFor();
  expect(await tiles().count()).toBe(0);
  const sent = tab.getByRole('region', { name: 'Just sent' }).getByRole('listitem');
  await sent.getByText('Being sent').waitFor();
  go();
  await sent.getByText('Published').waitFor();
  expect(await sent.getByRole('link', { name: 'See it there' }).getAttribute('href')).toContain(town.url);
  expect(there()).toHaveLength(1);
  const { text: words, language, media } = there()[0]!;
  expect([words, language]).toEqual(['Two of them', 'de']);
  expect(media.map((each) => each.description)).toEqual(['A red sun over the sea', 'A blue boat']);
  expect(media.map(({ bytes }, index) => bytes.equals(files[index]!.buffer))).toEqual([true, true]);
});

it('Point 9: asks by name about a picture that nobody has described', async () => {
  const sent = sendings(tab);
  await attach(picture('sunset.png'));
  await post(tab).click();
  const question = tab.getByRole('alertdialog', { name: 'sunset.png has no description' });
  // Where the person is led, they are before the next key can come: no task of the browser's lies between.
  await question.waitFor();
  const led = await tab.evaluate(`(async () => {
    document.querySelector('dialog[open] [autofocus]').click();
    for (let turn = 0; turn < 20; turn++) await undefined;
    return document.activeElement.labels?.[0]?.textContent;
  })()`);
  expect(led).toContain('Description of sunset.png');
  await tab.keyboard.type('A red sun');
  expect(await description('sunset.png').inputValue()).toBe('A red sun');
  await description('sunset.png').fill('');
  expect(sent.count).toBe(0);
  await post(tab).click();
  await question.getByRole('button', { name: 'Post anyway' }).click();
  await tab.getByText('Posted to Town.').waitFor();
  await eventually(() => expect(there()).toMatchObject([{ media: [{ description: null }] }]));
});

it('Point 9: shows how far an upload is, and sends the post when it is there', async () => {
  const devtools = await tab.context().newCDPSession(tab);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 };
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', slow);
  await attach(picture('large.png', 600_000));
  await description('large.png').fill('A large one');
  const bar = tab.getByRole('progressbar', { name: 'Uploading large.png' });
  await eventually(async () => {
    const part = Number(await bar.getAttribute('value'));
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThan(1);
  });
  await post(tab).click();
  await tab.getByRole('button', { name: 'Posting…' }).waitFor();
  await tab.getByText('Posted to Town.').waitFor();
  await eventually(() => expect(there()).toMatchObject([{ media: [{ description: 'A large one' }] }]));
});

it('offers no other draft while a post waits for its files, and keeps the others', async () => {
  await text(tab).fill('For later');
  await tab.getByRole('button', { name: 'Another draft' }).click();
  await text(tab).fill('With a picture');
  const release = await holdBack(tab, '**/api/media');
  await attach(picture('a.png'));
  await description('a.png').fill('A boat');
  await tab.getByText('One more draft').waitFor();
  await post(tab).click();
  await tab.getByRole('button', { name: 'Posting…' }).waitFor();
  expect(await tab.getByText('One more draft').count()).toBe(0);
  release();
  await tab.getByText('One more draft').click();
  await tab.getByRole('button', { name: /^For later/ }).click();
  expect(await text(tab).inputValue()).toBe('For later');
  await eventually(() => expect(there().map(({ text }) => text)).toEqual(['With a picture']));
  expect(there()[0]!.media.map(({ description }) => description)).toEqual(['A boat']);
});

it('uploads again by itself what the network has lost, when Post is pressed again', async () => {
  await tab.route('**/api/media', (route) => route.abort());
  await attach(picture('a.png'));
  await description('a.png').fill('A boat');
  await text(tab).fill('Once more');
  await post(tab).click();
  await tab.getByText('press Post again, and it is posted once').waitFor();
  await tab.unroute('**/api/media');
  await post(tab).click();
  await eventually(() => expect(there().map(({ media }) => media.length)).toEqual([1]));
});

it('refuses by name what the instance does not take, and keeps the others', async () => {
  const notes = { ...picture('notes.pdf'), mimeType: 'application/pdf' };
  await attach(picture('a.png'), notes, picture('huge.png', 800_001));
  await tab.getByText('notes.pdf is of a kind that Town does not take.').waitFor();
  await tab.getByText('huge.png is larger than the 0.7 MB that can be sent to Town.').waitFor();
  await attach(picture('b.png'), picture('c.png'), picture('d.png'));
  await tab.getByText('d.png is one too many: Town takes 3 in a post.').waitFor();
  expect(await tiles().locator('.vf-tile-name').allInnerTexts()).toEqual(['a.png', 'b.png', 'c.png']);
  await tab.getByRole('button', { name: 'Remove b.png' }).click();
  expect(await tiles().count()).toBe(2);
});

it('takes files that are dropped and pasted', async () => {
  for (const [event, property] of [
    ['drop', 'dataTransfer'],
    ['paste', 'clipboardData'],
  ]) {
    await tab.evaluate(`{
      const carried = new DataTransfer();
      carried.items.add(new File([new Uint8Array([${[...PIXEL].join()}])], '${event}.png', { type: 'image/png' }));
      const event = new Event('${event}', { bubbles: true, cancelable: true });
      Object.defineProperty(event, '${property}', { value: carried });
      document.querySelector('vf-composer textarea').dispatchEvent(event);
    }`);
    await description(`${event}.png`).waitFor();
  }
  await uploaded(2);
});

it('says what failed, and tries again', async () => {
  await tab.route('**/api/media', (route) => route.abort(), { times: 1 });
  await attach(picture('sunset.png'));
  await tiles().getByText('Not uploaded. The server cannot be reached.').waitFor();
  await tiles().getByRole('button', { name: 'Upload again' }).click();
  await uploaded(1);
});

it('sends files to the platform that the post is moved to, and comes back with them after a sign-in', async () => {
  await attach(picture('sunset.png'));
  await description('sunset.png').fill('A red sun');
  await uploaded(1);
  const second = await goToPhotos();
  const again = tab.waitForResponse((answer) => answer.url().endsWith('/api/media'));
  await tab.getByRole('button', { name: 'Move to Photos' }).click();
  expect(await (await again).json()).toMatchObject({ platform_id: second.id });
  await uploaded(1);
  await client.login();
  await device.useSessionOf(client);
  await client.post(`/api/switch_platform/${second.id}`, {});
  tab = await device.tab('/create_post');
  await tab.getByText(/^Your draft from .* is back\.$/).waitFor();
  expect(await description('sunset.png').inputValue()).toBe('A red sun');
  await uploaded(1);
  await post(tab).click();
  await tab.getByText('Posted to Photos.').waitFor();
  await eventually(() => expect(photos.statuses.at(-1)).toMatchObject({ media: [{ description: 'A red sun' }] }));
});

it('uploads again what the server has thrown away', async () => {
  const answers = ['POST', 'PATCH'].map((method) => {
    return tab.waitForResponse((answer) => answer.request().method() === method && answer.url().includes('/api/media'));
  });
  await attach(picture('sunset.png'));
  await description('sunset.png').fill('A red sun');
  const [upload] = await Promise.all(answers);
  const { id } = (await upload!.json()) as { id: number };
  const headers = { 'x-platform-id': String(first.platform.id) };
  expect((await client.delete(`/api/media/${id}`, { headers })).status).toBe(204);
  await post(tab).click();
  await tab.getByText('Posted to Town.').waitFor();
  await eventually(() => expect(there()).toMatchObject([{ media: [{ description: 'A red sun' }] }]));
});

it('tells Pixelfed posts without an image before they are sent', async () => {
  await goToPhotos();
  await tab.getByText('Posting as Photos').waitFor();
  const sent = sendings(tab);
  await text(tab).fill('Only words');
  await eventually(async () => {
    await post(tab).click();
    await tab.getByText('Photos takes no post without an image.').waitFor({ timeout: 500 });
  });
  expect(sent.count).toBe(0);
});

it('has a post that failed tried again, or thrown away', async () => {
  const refuse = (error: string) => town.fail('POST /api/v1/statuses', { status: 422, body: { error } });
  refuse('Not today');
  refuse('Nor tomorrow');
  await text(tab).fill('Unlucky');
  await post(tab).click();
  const sent = tab.getByRole('region', { name: 'Just sent' }).getByRole('listitem');
  await sent.getByText('Not sent').waitFor();
  await sent.getByText('Not today').waitFor();
  await sent.getByRole('button', { name: 'Try again' }).click();
  await sent.getByText('Nor tomorrow').waitFor();
  await sent.getByText('Not sent').waitFor();
  await sent.getByRole('button', { name: 'Try again' }).click();
  await sent.getByText('Published').waitFor();
  refuse('Never');
  await text(tab).fill('Hopeless');
  await post(tab).click();
  await sent.getByRole('button', { name: 'Discard' }).click();
  await sent.getByText('Hopeless').waitFor({ state: 'hidden' });
  await tab.getByRole('button', { name: 'Undo' }).click();
  await sent.getByText('Hopeless').waitFor();
  // Wrong words are put right and sent, with the keyboard where it was.
  await sent.getByRole('button', { name: 'Edit and send again' }).click();
  await sent.getByLabel('Text', { exact: true }).press('Escape');
  expect(await tab.evaluate('document.activeElement.name')).toBe('edit');
  await sent.getByRole('button', { name: 'Edit and send again' }).click();
  await sent.getByLabel('Text', { exact: true }).fill('Hopeful');
  await sent.getByRole('button', { name: 'Send again' }).click();
  await tab.getByRole('form', { name: 'Edit the post' }).waitFor({ state: 'detached' });
  await eventually(() => expect(town.statuses.at(-1)?.text).toBe('Hopeful'));
  refuse('Never');
  await text(tab).fill('Given up');
  await post(tab).click();
  await sent.getByRole('button', { name: 'Discard' }).click();
  await sent.getByText('Given up').waitFor({ state: 'detached', timeout: 15_000 });
  await sent.getByText('Unlucky').waitFor();
});

it('shows what became of one that is tried again, also where that is known before the answer has come', async () => {
  town.fail('POST /api/v1/statuses', { status: 422, body: { error: 'Not today' } });
  await text(tab).fill('Unlucky');
  await post(tab).click();
  const sent = tab.getByRole('region', { name: 'Just sent' }).getByRole('listitem');
  await sent.getByText('Not today').waitFor();
  const answer = await holdNext(
    tab,
    `/api/posts/${await sent.getByRole('article').getAttribute('data-post-id')}/retry`,
  );
  await sent.getByRole('button', { name: 'Try again' }).click();
  await sent.getByText('Published').waitFor();
  await answer.hand();
  expect(await sent.getByText('Published').count()).toBe(1);
});

it('says when an account must be connected again', async () => {
  town.store.tokens.delete(first.token);
  expect((await client.post(`/api/platforms/${first.platform.id}/test`, {})).status).toBe(502);
  await text(tab).fill('Hello');
  await post(tab).click();
  await tab.getByText('must be connected again before it can post').first().waitFor();
  const begun = tab.waitForRequest('**/api/platforms/connect');
  await tab.getByRole('button', { name: 'Connect it again' }).click();
  expect((await begun).postDataJSON()).toMatchObject({ instance_url: town.url, platform_type: 'mastodon' });
});

it('sends the files in the order that they were put in, by the keyboard or by dragging', async () => {
  await attach(picture('a.png'), picture('b.png'), picture('c.png'));
  for (const name of ['a.png', 'b.png', 'c.png']) await description(name).fill(name);
  const order = () => tab.locator('.vf-tile-name').allInnerTexts();
  expect(await tab.getByRole('button', { name: 'Move a.png up' }).isDisabled()).toBe(true);
  await tab.getByRole('button', { name: 'Move a.png down' }).press('Enter');
  await eventually(async () => expect(await order()).toEqual(['b.png', 'a.png', 'c.png']));
  await tab.keyboard.press('Enter');
  await eventually(async () => expect(await order()).toEqual(['b.png', 'c.png', 'a.png']));
  await tiles().nth(2).locator('.vf-thumb').dragTo(tiles().nth(0));
  await eventually(async () => expect(await order()).toEqual(['a.png', 'b.png', 'c.png']));
  await tab.getByRole('button', { name: 'Move c.png up' }).click();
  await uploaded(3);
  await post(tab).click();
  await eventually(() =>
    expect(there()[0]?.media.map((each) => each.description)).toEqual(['a.png', 'c.png', 'b.png']),
  );
});
