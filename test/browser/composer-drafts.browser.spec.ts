/** What was written is not lost with a session, and is shown to nobody else. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import type { Device } from './support/chromium';
import { post, switchTo, text } from './support/composing';
import { backIn, contentsIn, draftsIn, savedIn } from './support/drafts';
import { newPerson, type Person } from './support/people';
import { PLAIN } from './support/plain-page';
import { sightingsOf, standsOn, until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();
let person: Person;
let device: Device;
let tab: Page;

const back = (page = tab) => backIn(page);
const saved = (content: string, page = tab) => savedIn(page, content);

beforeEach(async () => {
  ({ person, device } = stage);
  tab = await device.tab('/create_post');
});

/** As an administrator or another device would: the person did not sign out. */
async function endSession(): Promise<void> {
  const other = person.client.device();
  await other.login();
  expect((await other.post('/api/sessions/end_others', {})).status).toBe(200);
}

async function signInAgain({ client, platforms } = person): Promise<void> {
  expect((await client.login({ platform_id: platforms[0]!.id })).status).toBe(200);
  await device.useSessionOf(client);
}

it('Point 7: survives the end of a session, and is there after the next sign-in of the same person', async () => {
  await text(tab).fill('Half a thought');
  await tab.getByLabel('Title (optional)').fill('A title');
  await tab.getByLabel('Who can see it').selectOption('private');
  // At once: what was typed last is not lost with it.
  await endSession();
  await until(tab, "window.heard.sessionExpired?.[0].reason === 'revoked'");
  await signInAgain();
  tab = await device.tab('/create_post');
  await back().waitFor();
  expect(await text(tab).inputValue()).toBe('Half a thought');
  expect(await tab.getByLabel('Title (optional)').inputValue()).toBe('A title');
  expect(await tab.getByLabel('Who can see it').inputValue()).toBe('private');
  await post(tab).click();
  await tab.getByText('Sending to Alpha…').waitFor();
  await eventually(async () => expect(await draftsIn(tab)).toEqual([]));
});

it('Point 7: goes when the person signs out, in whichever tab', async () => {
  const elsewhere = await device.tab('/devices');
  await text(tab).fill('Secret');
  await saved('Secret');
  await switchTo(person, 1);
  await text(tab).fill('Secret, and more');
  await elsewhere.evaluate('window.sessionSync.logout()');
  await until(tab, "window.heard.sessionExpired?.[0].reason === 'logout'");
  await eventually(async () => expect(await draftsIn(elsewhere)).toEqual([]));
  await signInAgain();
  tab = await device.tab('/create_post');
  await tab.getByText('500 characters remaining').waitFor();
  expect(await text(tab).inputValue()).toBe('');
  expect(await draftsIn(tab)).toEqual([]);
});

it('Point 7: goes when the person signs out where no tab has elements, before anything else is seen of them', async () => {
  const plain = await device.tab(PLAIN);
  await text(tab).fill('Secret');
  await saved('Secret');
  await tab.goto('about:blank');
  await plain.evaluate('window.sessionSync.logout()');
  await plain.waitForURL('**/login?reason=logout');
  await eventually(async () => expect(await draftsIn(plain)).toEqual([]));
});

it('Point 7: goes when the person signs out where no script of ours hears it, before it is shown again', async () => {
  await text(tab).fill('Secret');
  await saved('Secret');
  await tab.close();
  // As the server of a page does it, for a form that needs no script.
  expect((await person.client.post('/api/auth/logout')).status).toBe(204);
  await signInAgain();
  const sightings = await sightingsOf('is back.', device.context);
  tab = await device.tab('/create_post');
  await eventually(async () => expect(await draftsIn(tab)).toEqual([]));
  await tab.getByText('500 characters remaining').waitFor();
  expect(await text(tab).inputValue()).toBe('');
  expect(sightings).toEqual([]);
});

it('Point 7: is never shown to another person in the same browser, and is kept for the first', async () => {
  await text(tab).fill('Mine alone');
  await saved('Mine alone');
  const stranger = await newPerson(stage.node.url);
  await device.useSessionOf(stranger.client);
  const theirs = await device.tab('/create_post');
  await theirs.getByText('500 characters remaining').waitFor();
  expect(await text(theirs).inputValue()).toBe('');
  // The first one's tab has heard of it, and is the other's by now.
  await tab.evaluate("window.dispatchEvent(new Event('online'))");
  await eventually(async () => expect(await text(tab).inputValue()).toBe(''));
  await text(theirs).fill('Mine, says another');
  await saved('Mine, says another', theirs);
  await signInAgain();
  tab = await device.tab('/create_post');
  await back().waitFor();
  expect(await text(tab).inputValue()).toBe('Mine alone');
});

it('is one for each platform, and moves with the person who says so', async () => {
  await text(tab).fill('For Alpha');
  await saved('For Alpha');
  await switchTo(person, 2);
  await tab.getByRole('button', { name: 'Move to Gamma' }).click();
  await tab.getByText('Posting as Gamma').waitFor();
  const gamma = person.platforms[2]!.id;
  await eventually(async () => {
    expect(await draftsIn(tab)).toEqual([[expect.any(Number), gamma, 'For Alpha']]);
  });
  await switchTo(person, 0);
  const fresh = await device.tab('/create_post');
  await fresh.getByText('Posting as Alpha').waitFor();
  await text(fresh).fill('Another for Alpha');
  await saved('Another for Alpha');
  // What was begun there is kept beside it.
  await switchTo(person, 2);
  await fresh.getByRole('button', { name: 'Move to Gamma' }).click();
  await fresh.getByText('One more draft').waitFor();
  await eventually(async () => {
    const both = ['Another for Alpha', 'For Alpha'].map((words) => [expect.any(Number), gamma, words]);
    expect((await draftsIn(fresh)).sort(([, , one], [, , two]) => one.localeCompare(two))).toEqual(both);
  });
});

it('comes when the session comes to its platform, and goes by a press', async () => {
  await text(tab).fill('For Alpha');
  await saved('For Alpha');
  await switchTo(person, 1);
  const other = await device.tab('/create_post');
  await other.getByText('Posting as Beta').waitFor();
  expect(await text(other).inputValue()).toBe('');
  await standsOn(other, await switchTo(person, 0));
  await back(other).waitFor();
  expect(await text(other).inputValue()).toBe('For Alpha');
  await other.getByRole('button', { name: 'Discard' }).click();
  expect(await text(other).inputValue()).toBe('');
  await eventually(async () => expect(await draftsIn(other)).toEqual([]));
  // The first tab shows what is true when it is looked at again, and does not bring it back.
  await tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await eventually(async () => expect(await text(tab).inputValue()).toBe(''));
});

it('is saved by a tab that closes right after a letter, and removed when it is emptied', async () => {
  await tab.close();
  // Nothing tells the page whose session it is but the page itself.
  const silent = await device.context.newPage();
  for (const path of ['**/socket.io/**', '**/api/**']) await silent.route(path, (route) => route.abort());
  await silent.goto(`${stage.node.url}/create_post`);
  await silent.getByRole('button', { name: 'Preview' }).waitFor();
  await draftsIn(silent);
  await text(silent).fill('Last words');
  await Promise.all([silent.waitForEvent('close'), silent.close({ runBeforeUnload: true })]);
  tab = await device.tab('/create_post');
  await back().waitFor();
  expect(await text(tab).inputValue()).toBe('Last words');
  await text(tab).fill('');
  await eventually(async () => expect(await draftsIn(tab)).toEqual([]));
});

it('is not lost to what is written before it is there, and asks nobody in the session of its own', async () => {
  await text(tab).fill('A long thought');
  await saved('A long thought');
  const asked: string[] = [];
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  const slow = async (page: Page) => {
    await page.route('**/api/audit**', async (route) => {
      asked.push(route.request().url());
      await held;
      await route.continue();
    });
  };
  await slow(tab);
  await tab.reload();
  await back().waitFor();
  expect(asked).toEqual([]);
  await tab.close();
  await endSession();
  await signInAgain();
  tab = await device.context.newPage();
  await slow(tab);
  await tab.goto(`${stage.node.url}/create_post`);
  await eventually(() => expect(asked).toHaveLength(1));
  await text(tab).pressSequentially('Hi');
  answer();
  await tab.getByText('One more draft').waitFor();
  expect(await text(tab).inputValue()).toBe('Hi');
  expect((await contentsIn(tab)).sort()).toEqual(['A long thought', 'Hi']);
});

it('comes back when discarding it is undone', async () => {
  await text(tab).fill('Not yet');
  await saved('Not yet');
  await tab.reload();
  await back().waitFor();
  await tab.getByRole('button', { name: 'Discard', exact: true }).click();
  expect(await text(tab).inputValue()).toBe('');
  await eventually(async () => expect(await draftsIn(tab)).toEqual([]));
  await tab.getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => expect(await text(tab).inputValue()).toBe('Not yet'));
  await saved('Not yet');

  // Undone after a switch, it is a draft of the account that it was written for.
  await tab.getByRole('button', { name: 'Discard', exact: true }).click();
  const { client, platforms } = stage.person;
  await client.post(`/api/switch_platform/${platforms[1]!.id}`, {});
  await tab.getByText('Posting as Beta').waitFor();
  await tab.getByRole('button', { name: 'Undo' }).click();
  await saved('Not yet');
  expect(await text(tab).inputValue()).toBe('');
  await client.post(`/api/switch_platform/${platforms[0]!.id}`, {});
  await eventually(async () => expect(await text(tab).inputValue()).toBe('Not yet'));
});

it('is not promised where the browser keeps none', async () => {
  const content = "IDBFactory.prototype.open = () => { throw new DOMException('Blocked', 'SecurityError'); };";
  await device.context.addInitScript({ content });
  tab = await device.tab('/create_post');
  await text(tab).fill('Half a thought');
  await tab.getByText('This browser keeps no drafts').waitFor();
  await endSession();
  await tab.waitForURL('**/login?reason=revoked');
});
