/** The session without the conventions: for an application that draws its pages by itself. */
import { PLAIN } from './support/plain-page';
import { until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();

beforeEach(() =>
  stage.device.context.route('**/client/vedfolnir.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: "window.alone = import('/client/session.mjs')" }),
  ),
);

it('follows, switches and is signed out, and leaves the page as it is', async () => {
  const { client, platforms } = stage.person;
  const page = await stage.device.tab(PLAIN);
  await page.evaluate('window.alone');
  await until(page, 'window.sessionSync.getState() !== null');
  const before = await page.locator('body').innerHTML();
  expect(await page.evaluate('window.alone.then(({ sessionSync }) => sessionSync === window.sessionSync)')).toBe(true);
  await page.evaluate(`window.sessionSync.switchPlatform(${platforms[1]!.id})`);
  expect(await page.evaluate('window.sessionSync.getState().platform.name')).toBe(platforms[1]!.name);
  await client.post(`/api/switch_platform/${platforms[0]!.id}`, {});
  await until(page, `window.sessionSync.getState().platform.id === ${platforms[0]!.id}`);
  await client.post('/api/auth/logout', {});
  await until(page, 'window.sessionSync.getState() === null');
  expect(await page.locator('body').innerHTML()).toBe(before);
});

it('marks who has signed out, whose drafts the next page with elements forgets', async () => {
  const page = await stage.device.tab(PLAIN);
  await page.evaluate('window.alone');
  await until(page, 'window.sessionSync.getState() !== null');
  await page.evaluate('window.sessionSync.logout()');
  expect(await page.evaluate('Object.keys(localStorage)')).toEqual([
    expect.stringMatching(/^vedfolnir_signed_out_\d+$/),
  ]);
});
