/** What is written for one account is not sent as another without a word. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { sharedInstanceUrl } from '../support/shared-instances';
import { Device } from './support/chromium';
import { AS_COUNTED, keep, post, postsOf, sendings, switchTo, text, warningField } from './support/composing';
import { holdBack } from './support/held';
import type { Person } from './support/people';
import { IS_CONNECTED, standsOn, until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();
let person: Person;
let device: Device;
let tab: Page;

beforeEach(async () => {
  ({ person, device } = stage);
  tab = await device.tab('/create_post');
});

/** The server's form is there, and what takes its place comes when it is told to. */
async function openBeforeItsScript() {
  const go = await holdBack(device.context, '**/client/app-*.mjs');
  const opening = await device.context.newPage();
  await opening.goto(`${stage.node.url}/create_post`, { waitUntil: 'commit' });
  await until(opening, IS_CONNECTED);
  return { opening, go };
}

it('posts to the platform that it shows', async () => {
  await tab.getByLabel('Title (optional)').fill('First');
  await text(tab).fill('Hello');
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
  expect(await postsOf(person, 0)).toMatchObject([{ title: 'First', content: 'Hello' }]);
  expect(await text(tab).inputValue()).toBe('');
});

it("says that a title is not sent, and shows it where one's own posts are", async () => {
  const title = tab.getByRole('textbox', {
    name: 'Title (optional)',
    description: 'For your own list; it is not sent.',
  });
  await title.fill('<b>First</b>');
  await text(tab).fill('Hello');
  const preview = tab.getByRole('article', { name: 'Preview' });
  await preview.getByText('Hello').waitFor();
  expect(await preview.getByText('First').count()).toBe(0);
  await post(tab).click();
  const sent = tab.getByRole('region', { name: 'Just sent' }).getByRole('listitem');
  await sent.getByRole('heading', { name: '<b>First</b>' }).waitFor();
  await sent.getByText('Hello').waitFor();
  await tab.goto(stage.node.url);
  const listed = tab.locator('[data-posts] > li');
  await listed.getByRole('heading', { name: '<b>First</b>' }).waitFor();
  await listed.getByText('Hello').waitFor();
});

it('follows a switch while nothing is written', async () => {
  await standsOn(tab, await switchTo(person, 1));
  await tab.getByText('Posting as Beta').waitFor();
  expect(await text(tab).getAttribute('placeholder')).toBe('Describe your photo...');
  await tab.getByText('2200 characters remaining').waitFor();
  expect(await tab.locator('input[name="platform_id"]').inputValue()).toBe(String(person.platforms[1]!.id));
});

it('stays with its platform once something is written, and sends nothing until it is told', async () => {
  const sent = sendings(tab);
  await text(tab).fill('Meant for Alpha');
  await standsOn(tab, await switchTo(person, 1));
  await keep(tab).waitFor();
  await post(tab).click();
  await text(tab).press('Control+Enter');
  expect(sent.count).toBe(0);
  await keep(tab).click();
  await keep(tab).waitFor({ state: 'detached' });
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
  expect(await postsOf(person, 0)).toHaveLength(1);
  expect(await postsOf(person, 1)).toHaveLength(0);
});

it('moves when it is told to', async () => {
  await text(tab).fill('Meant for whoever');
  await switchTo(person, 1);
  await tab.getByRole('button', { name: 'Move to Beta' }).click();
  await tab.getByText('Posting as Beta').waitFor();
  await post(tab).click();
  await tab.getByText('Sending to Beta…').waitFor();
  expect(await postsOf(person, 1)).toHaveLength(1);
});

it('has nothing to ask when the session comes back', async () => {
  await text(tab).fill('Meant for Alpha');
  await switchTo(person, 1);
  await keep(tab).waitFor();
  await switchTo(person, 0);
  await keep(tab).waitFor({ state: 'detached' });
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
});

it('asks as well when only the refusal tells of the switch', async () => {
  await tab.close();
  let deaf = false;
  await device.context.routeWebSocket(/socket\.io/, (page) => {
    const server = page.connectToServer();
    // Until its next look the server alone knows that this tab is behind.
    server.onMessage((message) => deaf || page.send(message));
  });
  tab = await device.tab('/create_post');
  await text(tab).fill('Sent before the news came');
  deaf = true;
  await switchTo(person, 1);
  const refusal = tab.waitForResponse((answer) => answer.url().endsWith('/api/posts') && answer.status() === 409);
  await post(tab).click();
  await refusal;
  await keep(tab).waitFor();
  expect([...(await postsOf(person, 0)), ...(await postsOf(person, 1))]).toEqual([]);
  await keep(tab).click();
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
  expect(await postsOf(person, 0)).toHaveLength(1);
});

it('Point 8: counts what a person would count, sends nothing that is too long, and cuts nothing', async () => {
  const sent = sendings(tab);
  for (const [words, counted] of AS_COUNTED) {
    await text(tab).fill(words);
    await tab.getByText(`${500 - counted} characters remaining`, { exact: true }).waitFor();
  }
  const warning = await warningField(tab);
  await text(tab).fill('a'.repeat(499));
  await warning.fill('cw');
  await tab.getByText('1 character over the limit').waitFor();
  await text(tab).press('Control+Enter');
  await tab.getByText('1 character too long for Alpha').waitFor();
  await warning.fill('');
  await tab.getByText('1 character remaining').waitFor();
  const long = 'a'.repeat(501);
  await text(tab).fill(long);
  await tab.getByText('1 character over the limit').waitFor();
  await post(tab).click({ force: true });
  await tab.getByText('1 character too long for Alpha').waitFor();
  await text(tab).press('Control+Enter');
  expect(sent.count).toBe(0);
  expect(await text(tab).inputValue()).toBe(long);
  expect(await text(tab).getAttribute('aria-invalid')).toBe('true');
  expect(await tab.evaluate("document.querySelector('[name=content]').validity.customError")).toBe(true);
  await tab.getByRole('status').getByText('Over the limit').waitFor();
});

it('sends by the keyboard, once', async () => {
  const sent = sendings(tab);
  await text(tab).fill('Quickly');
  // Keys are the script's: before it has come they are nobody's.
  await tab.getByText('493 characters remaining').waitFor();
  await text(tab).press('Control+Enter');
  await text(tab).press('Control+Enter');
  await tab.getByText('Sending to Alpha…').waitFor();
  expect(sent.count).toBe(1);
  expect(await postsOf(person, 0)).toMatchObject([{ content: 'Quickly', visibility: 'public' }]);
});

it('sends by no other key: not Enter in a line, not a shortcut while a word is composed', async () => {
  const sent = sendings(tab);
  await text(tab).fill('Half');
  await tab.getByText('496 characters remaining').waitFor();
  await tab.getByLabel('Title (optional)').press('Enter');
  await (await warningField(tab)).press('Enter');
  await tab.evaluate(`document.querySelector('[name=content]').dispatchEvent(new KeyboardEvent('keydown',
    { key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true, cancelable: true }))`);
  await tab.evaluate(`document.querySelector('[name=content]').dispatchEvent(new KeyboardEvent('keydown',
    { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }))`);
  await tab.getByText('Sending to Alpha…').waitFor();
  expect([sent.count, (await postsOf(person, 0)).length]).toEqual([1, 1]);
});

it('stays with the platform that was kept after the post is out, says so, and goes when it is told to', async () => {
  await text(tab).fill('For Alpha');
  await switchTo(person, 1);
  await keep(tab).click();
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
  await tab.getByText('You post as Alpha here until you say otherwise').waitFor();
  await tab.getByText('Posting as Alpha').waitFor();
  await text(tab).fill('For Alpha too');
  await post(tab).click();
  await eventually(async () => expect(await postsOf(person, 0)).toHaveLength(2));
  expect(await postsOf(person, 1)).toHaveLength(0);
  await tab.getByRole('button', { name: 'Post as Beta' }).click();
  await tab.getByText('Posting as Beta').waitFor();
});

it('is whole after it was moved in the page', async () => {
  await text(tab).fill('Moved');
  for (const move of ['append', 'prepend']) {
    await tab.evaluate(`document.querySelector('main').${move}(document.querySelector('vf-composer'))`);
  }
  await tab.evaluate(`{
    const composer = document.querySelector('vf-composer');
    composer.remove();
    setTimeout(() => document.querySelector('main').append(composer), 50);
  }`);
  await tab.getByText('Posting as Alpha').waitFor();
  await eventually(async () => expect(await text(tab).inputValue()).toBe('Moved'));
  expect(await tab.locator('.vf-composer').count()).toBe(1);
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
  expect(await postsOf(person, 0)).toHaveLength(1);
});

it('is drawn once where a page comes back from a snapshot, with what belongs to the one who sees it', async () => {
  await text(tab).fill('In a snapshot');
  await tab.evaluate(`{
    const copy = document.body.cloneNode(true);
    document.body.replaceWith(copy);
  }`);
  for (const part of ['.vf-composer', '.vf-switcher-button', '.vf-menu-button', '[slot="leave"]']) {
    await eventually(async () => expect([part, await tab.locator(part).count()]).toEqual([part, 1]));
  }
  await eventually(async () => expect(await text(tab).inputValue()).toBe('In a snapshot'));
});

it('shows itself in a browser without a locale', async () => {
  await device.context.addInitScript({ content: "Object.defineProperty(navigator, 'language', { value: 'C' })" });
  const other = await device.tab('/create_post');
  await other.getByText('Posting as Alpha').waitFor();
  expect(await other.getByLabel('Language').inputValue()).toBe('en');
});

it('sends nothing to the old platform from a tab that slept through a switch, without asking', async () => {
  const sent = sendings(tab);
  await text(tab).fill('Meant for Alpha');
  const devtools = await tab.context().newCDPSession(tab);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await switchTo(person, 1);
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await post(tab).click();
  await keep(tab).waitFor();
  expect(sent.count).toBe(0);
  await keep(tab).click();
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
  expect([(await postsOf(person, 0)).length, (await postsOf(person, 1)).length]).toEqual([1, 0]);
});

it('shows what it will look like, all of it as text', async () => {
  await text(tab).fill('One <b>bold</b>\n\nTwo: https://example.org/a. End');
  await (await warningField(tab)).fill('Careful');
  const preview = tab.getByRole('article', { name: 'Preview' });
  expect(await preview.getByText('One <b>bold</b>').isVisible()).toBe(false);
  await preview.getByText('Careful').click();
  await preview.getByText('One <b>bold</b>').waitFor();
  expect(await preview.locator('details p').count()).toBe(2);
  const link = preview.getByRole('link');
  expect([await link.getAttribute('href'), await link.getAttribute('rel')]).toEqual([
    'https://example.org/a',
    'nofollow noopener noreferrer',
  ]);
  await preview.getByText(new URL(sharedInstanceUrl()).host).waitFor();
});

it('takes over what was written before its script came', async () => {
  const { opening, go } = await openBeforeItsScript();
  await text(opening).pressSequentially('Alrdy ');
  for (let count = 0; count < 3; count++) await opening.keyboard.press('ArrowLeft');
  await opening.keyboard.press('Shift+ArrowLeft');
  go();
  await opening.locator('vf-composer meter').waitFor();
  // In the place of the r that was chosen.
  await opening.keyboard.type('rea');
  await opening.keyboard.press('End');
  await opening.keyboard.type('here');
  expect(await text(opening).inputValue()).toBe('Already here');
  expect(await opening.locator('vf-composer form').count()).toBe(1);
});

it('stays where the person has kept the form before its script came', async () => {
  const { opening, go } = await openBeforeItsScript();
  await standsOn(opening, await switchTo(person, 1));
  await text(opening).fill('Meant for Beta');
  await switchTo(person, 2);
  await opening.getByRole('button', { name: 'Keep posting as Beta' }).click();
  await opening.locator('input[name="platform_pinned"]').waitFor({ state: 'attached' });
  go();
  await opening.locator('vf-composer meter').waitFor();
  await opening.getByText('Posting as Beta').waitFor();
  await post(opening).click();
  await opening.getByText('Sending to Beta…').waitFor();
  expect(await postsOf(person, 1)).toHaveLength(1);
});

it('goes with a form that has followed by way of no platform at all before its script came', async () => {
  const { opening, go } = await openBeforeItsScript();
  for (const { id } of person.platforms) expect((await person.client.delete(`/api/platforms/${id}`)).status).toBe(204);
  await until(opening, 'window.sessionSync.getState().platform === null');
  const form = { name: 'Delta', platform_type: 'mastodon', instance_url: sharedInstanceUrl(), access_token: 'token' };
  const { body } = await person.client.post<{ id: number }>('/api/platforms', form);
  await standsOn(opening, body.id);
  await text(opening).fill('Meant for Delta');
  go();
  await opening.getByText('Posting as Delta').waitFor();
  await post(opening).click();
  await opening.getByText('Sending to Delta…').waitFor();
});

it('goes where the form was moved to before its script came, and does not ask once more', async () => {
  const { opening, go } = await openBeforeItsScript();
  await text(opening).fill('Meant for whoever');
  await switchTo(person, 1);
  await opening.getByRole('button', { name: 'Move to Beta' }).click();
  await eventually(async () =>
    expect(await opening.locator('input[name="platform_id"]').inputValue()).toBe(String(person.platforms[1]!.id)),
  );
  go();
  await opening.getByText('Posting as Beta').waitFor();
  expect(await keep(opening).count()).toBe(0);
  await post(opening).click();
  await opening.getByText('Sending to Beta…').waitFor();
  expect(await postsOf(person, 1)).toHaveLength(1);
});

it('works without a script', async () => {
  const plain = await Device.open(stage.browser, stage.node.url, person.client, { javaScriptEnabled: false });
  tab = await plain.bareTab('/create_post');
  await text(tab).fill('Plainly');
  await post(tab).click();
  await tab.getByText('Post created successfully!').waitFor();
  expect(await postsOf(person, 0)).toMatchObject([{ content: 'Plainly' }]);

  await tab.goto(`${stage.node.url}/create_post`);
  await text(tab).fill('Too late');
  await switchTo(person, 1);
  await post(tab).click();
  await tab.getByText('Posting as Beta').waitFor();
  expect(await text(tab).inputValue()).toContain('Too late');
  expect(await postsOf(person, 0)).toHaveLength(1);
  expect(await postsOf(person, 1)).toHaveLength(0);
  await plain.close();
});

it('keeps a content warning behind its button, and what it said for the next time', async () => {
  const button = tab.getByRole('button', { name: 'Content warning' });
  expect(await button.getAttribute('aria-expanded')).toBe('false');
  await (await warningField(tab)).fill('Careful');
  await text(tab).fill('Hello');
  await button.click();
  expect(await tab.getByLabel('Content warning text').count()).toBe(0);
  await tab.getByText('495 characters remaining').waitFor();
  expect(await (await warningField(tab)).inputValue()).toBe('Careful');
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
  expect(await postsOf(person, 0)).toMatchObject([{ content: 'Hello', spoiler_text: 'Careful' }]);
  expect(await button.getAttribute('aria-expanded')).toBe('false');
});

it('says at its field what is wrong, until something is written', async () => {
  await post(tab).click();
  const problem = tab
    .locator('.vf-field')
    .filter({ has: text(tab) })
    .getByRole('alert');
  await problem.getByText('There is nothing to post yet.').waitFor();
  expect(await text(tab).evaluate('document.activeElement.name')).toBe('content');
  await text(tab).pressSequentially('H');
  await problem.getByText('There is nothing to post yet.').waitFor({ state: 'detached' });
  const details = [{ field: 'spoiler_text', message: 'No such words here' }];
  const refusal = { success: false, error_code: 'VALIDATION_ERROR', error: 'Not valid', details };
  await tab.route('**/api/posts', (route) => route.fulfill({ status: 400, json: refusal }), { times: 1 });
  const warning = await warningField(tab);
  await warning.fill('Careful');
  await post(tab).click();
  const field = tab.locator('.vf-field').filter({ has: warning });
  await field.getByRole('alert').getByText('No such words here').waitFor();
  expect(await warning.getAttribute('aria-invalid')).toBe('true');
  expect(await text(tab).inputValue()).toBe('H');
});

it('says that a draft is saved, and remembers visibility and language for each account', async () => {
  await text(tab).fill('Kept');
  await tab.getByText('Draft saved').waitFor();
  await text(tab).fill('');
  await tab.getByText('Draft saved').waitFor({ state: 'detached' });
  await tab.getByLabel('Who can see it').selectOption('private');
  await tab.getByLabel('Language').selectOption('de');
  await switchTo(person, 1);
  await tab.getByText('Posting as Beta').waitFor();
  const chosen = () => Promise.all(['Who can see it', 'Language'].map((name) => tab.getByLabel(name).inputValue()));
  await eventually(async () => expect(await chosen()).toEqual(['public', 'en']));
  await tab.reload();
  await switchTo(person, 0);
  await tab.getByText('Posting as Alpha').waitFor();
  await eventually(async () => expect(await chosen()).toEqual(['private', 'de']));
});

it('keeps the button to send it in sight', async () => {
  await text(tab).fill('Hello');
  for (const size of [
    { width: 1280, height: 620 },
    { width: 320, height: 640 },
  ]) {
    await tab.setViewportSize(size);
    await tab.evaluate('scrollTo(0, 0)');
    const box = (await post(tab).boundingBox())!;
    const end = (await tab.evaluate(`Math.min(...[innerHeight, document.querySelector('.site nav')]
      .map((end) => typeof end === 'number' ? end
        : getComputedStyle(end).position === 'fixed' ? end.getBoundingClientRect().top : Infinity))`)) as number;
    expect({ ...size, isInSight: box.y >= 0 && box.y + box.height <= end }).toEqual({ ...size, isInSight: true });
  }
});
