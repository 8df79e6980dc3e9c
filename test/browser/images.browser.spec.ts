/** Images without a description are described one after the other, by the keyboard alone, and nothing written is lost. */
import type { Page } from 'playwright-core';
import type { MediaView, PostView, RestSessionState } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { postsOf, switchTo } from './support/composing';
import { contentsIn, savedIn } from './support/drafts';
import { holdNext } from './support/held';
import { expectForEverybody } from './support/looks';
import { signOut } from './support/people';
import { PIXEL } from './support/pictures';
import { standsOn, until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();

/** Posts of the person's on Alpha, each with one image that nobody has described. @returns the images, newest first */
async function postImages(count: number): Promise<number[]> {
  const { client, platforms } = stage.person;
  const headers = { 'x-platform-id': String(platforms[0]!.id), 'x-platform-pinned': 'true' };
  const ids: number[] = [];
  for (let number = 1; number <= count; number++) {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(PIXEL)], { type: 'image/png' }), 'a.png');
    const encoded = new Response(form);
    const body = Buffer.from(await encoded.arrayBuffer());
    const type = { 'content-type': encoded.headers.get('content-type')! };
    const { id } = (await client.post<MediaView>('/api/media', body, { headers: { ...headers, ...type } })).body;
    const post = { content: `Walk ${number}`, media_ids: [id] };
    expect((await client.post<PostView>('/api/posts', post, { headers })).status).toBe(201);
    ids.unshift(id);
  }
  // While a post is being sent its images take no description; the shared instances ask each post for a pause.
  await eventually(async () => {
    const posts = await postsOf(stage.person, 0);
    expect(posts.filter(({ next_attempt_at }) => next_attempt_at === null)).toEqual([]);
  });
  return ids;
}

const field = (page: Page) => page.getByLabel('What does the picture show?');
const altTexts = async () =>
  Object.fromEntries((await postsOf(stage.person, 0)).flatMap(({ images }) => images.map((i) => [i.id, i.alt_text])));

it('leads through all of them by the keyboard alone', async () => {
  const [newest, middle, oldest] = (await postImages(3)) as [number, number, number];
  const page = await stage.device.tab('/');
  await page.getByRole('link', { name: '3', exact: true }).click();
  await page.getByText('0 described, 3 to go').waitFor();
  await page.getByText('Walk 3').waitFor();
  // From our own server, and not from an instance.
  await page.getByAltText('The picture to describe').waitFor();
  await until(page, `document.querySelector('img[src$="/media/${newest}/picture"]').naturalWidth === 1`);
  await field(page).focus();
  await page.keyboard.type('A red boat');
  await page.keyboard.press('Control+Enter');
  await page.getByText('1 described, 2 to go').waitFor();
  await page.getByText('Walk 2').waitFor();
  expect(await field(page).inputValue()).toBe('');
  for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
  await page.getByText('Walk 1').waitFor();
  await page.keyboard.type('A blue boat');
  for (const key of ['Tab', 'Enter']) await page.keyboard.press(key);
  await page.getByText('That was the last one. 1 without a description').waitFor();
  expect(await altTexts()).toEqual({ [newest]: 'A red boat', [middle]: null, [oldest]: 'A blue boat' });
  await page.keyboard.press('Enter');
  await page.getByText('Walk 2').waitFor();
  await page.keyboard.type('A green boat');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Every image of Alpha has a description.').waitFor();
  await expectForEverybody(page);
});

it('says at the field what is wrong, and keeps what was written', async () => {
  await postImages(1);
  const page = await stage.device.tab('/images');
  await field(page).press('Control+Enter');
  await page.getByRole('alert').getByText('Write what the picture shows, or skip it.').waitFor();
  await field(page).fill('x'.repeat(1501));
  expect(await field(page).getAttribute('aria-invalid')).toBe('true');
  await field(page).press('Control+Enter');
  await page.getByRole('alert').getByText('The description is longer than 1500 characters.').waitFor();
  const refusal = { success: false, error_code: 'PLATFORM_UNREACHABLE', error: 'The instance cannot be reached' };
  await page.route('**/api/media/*', (route) => route.fulfill({ status: 502, json: refusal }), { times: 1 });
  await field(page).fill('A red boat');
  await field(page).press('Control+Enter');
  await page.getByRole('alert').getByText('The instance cannot be reached').waitFor();
  expect(await field(page).inputValue()).toBe('A red boat');
  await expectForEverybody(page);
  await field(page).press('Control+Enter');
  await page.getByText('Every image of Alpha has a description.').waitFor();
});

it('stays with an image that is being described when another platform becomes active', async () => {
  const [id] = (await postImages(2)) as [number, number];
  const page = await stage.device.tab('/images');
  await field(page).fill('A red boat');
  await switchTo(stage.person, 1);
  await page.getByText('the active platform is now Beta').waitFor();
  expect(await field(page).inputValue()).toBe('A red boat');
  await field(page).press('Control+Enter');
  await page.getByText('1 described, 1 to go').waitFor();
  expect((await altTexts())[id]).toBe('A red boat');
  await page.getByRole('button', { name: 'Go to Beta' }).click();
  await page.getByText('Every image of Beta has a description.').waitFor();
});

it('keeps what is written with its image when another tab describes that image', async () => {
  const [next, shown] = (await postImages(2)).reverse() as [number, number];
  const page = await stage.device.tab('/images');
  await page.getByText('Walk 2').waitFor();
  await field(page).fill('A red boat');
  const { client, platforms } = stage.person;
  const headers = { 'x-platform-id': String(platforms[0]!.id) };
  expect((await client.patch(`/api/media/${shown}`, { alt_text: 'A boat' }, { headers })).status).toBe(200);
  await page.getByText('0 described, 1 to go').waitFor();
  expect([await page.getByText('Walk 2').count(), await field(page).inputValue()]).toEqual([1, 'A red boat']);
  await field(page).press('Control+Enter');
  await page.getByText('Walk 1').waitFor();
  expect(await altTexts()).toEqual({ [shown]: 'A red boat', [next]: null });
  expect(await field(page).inputValue()).toBe('');
});

it('leaves out what another tab has described, and takes up what is new', async () => {
  const [id] = (await postImages(1)) as [number];
  const page = await stage.device.tab('/images');
  await page.getByText('Walk 1').waitFor();
  const { client, platforms } = stage.person;
  const headers = { 'x-platform-id': String(platforms[0]!.id) };
  expect((await client.patch(`/api/media/${id}`, { alt_text: 'A red boat' }, { headers })).status).toBe(200);
  await page.getByText('Every image of Alpha has a description.').waitFor();
  await postImages(1);
  await page.getByText('0 described, 1 to go').waitFor();
});

it('keeps what is written and not saved: over a switch, and the end of the session, until the person signs out', async () => {
  await postImages(1);
  const { client, platforms } = stage.person;
  const page = await stage.device.tab('/images');
  await field(page).fill('A red boat');
  await savedIn(page, 'A red boat');
  await switchTo(stage.person, 1);
  await page.getByRole('button', { name: 'Go to Beta' }).click();
  await page.getByText('Every image of Beta has a description.').waitFor();
  await switchTo(stage.person, 0);
  await until(page, "document.querySelector('#describe-text')?.value === 'A red boat'");

  const other = client.device();
  await other.login();
  const { username } = (await other.get<RestSessionState>('/api/session')).body.user;
  expect((await other.post('/api/sessions/end_others', {})).status).toBe(200);
  await page.waitForURL('**/login?reason=revoked&draft=kept');
  await page.getByText('is kept as a draft in this browser, and is back once you have signed in').waitFor();
  await signIn(page, username);
  await until(page, "document.querySelector('#describe-text')?.value === 'A red boat'");

  await signOut(page);
  await page.waitForURL('**/login?reason=logout');
  await signIn(page, username);
  await standsOn(page, platforms[0]!.id);
  await page.goto(`${stage.node.url}/images`);
  await page.getByText('0 described, 1 to go').waitFor();
  expect(await field(page).inputValue()).toBe('');
});

it('follows another tab while nothing is written here, and keeps the text of both where both write', async () => {
  await postImages(1);
  const [one, other] = [await stage.device.tab('/images'), await stage.device.tab('/images')];
  for (const page of [one, other]) await field(page).waitFor();
  await field(one).fill('A red boat');
  await until(other, "document.querySelector('#describe-text').value === 'A red boat'");
  await field(other).fill('A red boat at sea');
  await eventually(async () => expect((await contentsIn(one)).sort()).toEqual(['A red boat', 'A red boat at sea']));
  expect(await field(one).inputValue()).toBe('A red boat');
  await field(one).fill('A red sail');
  await savedIn(one, 'A red sail');
  expect(await field(other).inputValue()).toBe('A red boat at sea');
  await other.reload();
  await until(other, "document.querySelector('#describe-text')?.value === 'A red sail'");
  await other.getByText('One more draft').click();
  await expectForEverybody(other);
  await other.getByRole('button', { name: /^A red boat at sea/ }).click();
  expect(await field(other).inputValue()).toBe('A red boat at sea');
  await field(other).press('Control+Enter');
  await other.getByText('Every image of Alpha has a description.').waitFor();
  expect(await field(one).inputValue()).toBe('A red sail');
  await one.reload();
  await one.getByText('Every image of Alpha has a description.').waitFor();
});

it('does not skip an image while its description is being saved, and keeps the focus', async () => {
  const [id] = (await postImages(2)) as [number, number];
  const page = await stage.device.tab('/images');
  await field(page).fill('A red boat');
  const answer = await holdNext(page, `/api/media/${id}`);
  const skip = page.getByRole('button', { name: 'Skip' });
  await skip.press('Control+Enter');
  await answer.asked;
  expect(await skip.and(page.locator(':focus')).count()).toBe(1);
  await page.keyboard.press('Enter');
  expect(await page.getByText('Walk 2').count()).toBe(1);
  await answer.hand();
  await page.getByText('1 described, 1 to go').waitFor();
  expect((await altTexts())[id]).toBe('A red boat');
});

async function signIn(page: Page, username: string): Promise<void> {
  await page.getByLabel('User name or e-mail').fill(username);
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Sign in' }).click();
}
