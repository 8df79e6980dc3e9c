/** What the server says while nobody hears it is read when the line is there again. */
import type { Page, WebSocketRoute } from 'playwright-core';
import type { PostsView, UserPlatformsView } from '../../src/protocol/http';
import { post, text } from './support/composing';
import { holdNext, withoutPolls } from './support/held';
import type { Person } from './support/people';
import { setStage } from './support/stage';

const stage = setStage();

const LIST = /\/api\/posts(\?|$)/;

/** The sockets of this tab from here on can be cut. @returns cuts them, until what that answers is called */
async function cuttable(): Promise<() => () => void> {
  const open = new Set<WebSocketRoute>();
  let through = true;
  await stage.device.context.routeWebSocket(/socket\.io/, (socket) => {
    if (!through) return void socket.close();
    socket.connectToServer();
    open.add(socket);
  });
  return () => {
    through = false;
    for (const socket of open) socket.close();
    open.clear();
    return () => {
      through = true;
    };
  };
}

function publish(content: string) {
  const { client, platforms } = stage.person;
  return client.post('/api/posts', { content }, { headers: { 'x-platform-id': String(platforms[0]!.id) } });
}

/** As the server would answer once the instance has taken every post. */
async function tellPublished(page: Page): Promise<void> {
  await page.route(LIST, async (route) => {
    const answer = await route.fetch();
    const { posts, next_before_id } = (await answer.json()) as PostsView;
    await route.fulfill({ json: { posts: posts.map((each) => ({ ...each, status: 'published' })), next_before_id } });
  });
}

it('shows at home what was posted, and what became of a post, while there was no socket', async () => {
  await publish('Before');
  const cut = await cuttable();
  const page = await stage.device.tab('/');
  await page.getByText('Before').waitFor();
  await tellPublished(page);
  const mend = cut();
  await publish('Meanwhile');
  mend();
  await page.getByText('Meanwhile').waitFor();
  await page.locator('[data-status="published"]').nth(1).waitFor();
  expect(await page.locator('[data-status="queued"]').count()).toBe(0);
});

it('keeps at home what was read page by page', async () => {
  for (let each = 1; each <= 22; each++) await publish(`Number ${each}.`);
  const cut = await cuttable();
  const page = await stage.device.tab('/');
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('Number 1.').waitFor();
  const mend = cut();
  await publish('Meanwhile');
  mend();
  await page.getByText('Meanwhile').waitFor();
  expect(await page.locator('vf-post-card').count()).toBe(22);
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('Number 1.').waitFor();
});

it('takes no older answer for the news that came while it was on its way', async () => {
  const page = await stage.device.tab('/');
  await page.getByText('Nothing posted yet.').waitFor();
  const list = await holdNext(page, '/api/posts');
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await list.asked;
  await publish('A new post');
  await page.getByText('A new post').waitFor();
  await list.hand();
  expect(await page.getByText('A new post').isVisible()).toBe(true);
});

/** What no state tells: a change of the list itself would. */
const rename = (_person: Person, page: Page) =>
  page.route('**/api/user_platforms', async (route) => {
    const answer = (await (await route.fetch()).json()) as UserPlatformsView;
    await route.fulfill({
      json: { ...answer, platforms: answer.platforms.map((each) => ({ ...each, name: 'Omega' })) },
    });
  });
const signInElsewhere = ({ client }: Person) => client.device('Firefox on a phone').login();

it.each<
  [path: string, reads: string, rows: string, happens: (person: Person, page: Page) => Promise<unknown>, shown: string]
>([
  ['/platforms', '/api/user_platforms', '[data-platforms] > li', rename, 'Omega'],
  ['/devices', '/api/sessions', '[data-devices] > li', signInElsewhere, 'signed in'],
  ['/activity', '/api/audit', '[data-trail] .trail > li', signInElsewhere, 'Signed in'],
])('reads %s anew after there was no socket', async (path, reads, rows, happens, shown) => {
  const cut = await cuttable();
  const page = await stage.device.tab(path);
  const news = page.locator(rows).filter({ hasText: shown });
  await page.locator(rows).first().waitFor();
  const before = await news.count();
  const mend = cut();
  await happens(stage.person, page);
  const again = page.waitForRequest((request) => new URL(request.url()).pathname === reads);
  mend();
  await again;
  await news.nth(before).waitFor();
});

it('shows below the composer what became of a post while there was no socket', async () => {
  await withoutPolls(stage.device.context);
  const cut = await cuttable();
  const page = await stage.device.tab('/create_post');
  await text(page).fill('On its way');
  await post(page).click();
  await page.locator('.vf-sent [data-status="queued"]').waitFor();
  await tellPublished(page);
  cut()();
  await page.locator('.vf-sent [data-status="published"]').waitFor();
});

/** From here on a socket that is begun is not there before the test says so. @returns says it */
async function held(): Promise<() => void> {
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  await stage.device.context.routeWebSocket(/socket\.io/, async (socket) => {
    await gate;
    socket.connectToServer();
  });
  return go;
}

it('shows at home what was posted before the first socket was there', async () => {
  const go = await held();
  const page = await stage.device.bareTab('/');
  await page.getByText('Nothing posted yet.').waitFor();
  await publish('Meanwhile');
  go();
  await page.getByText('Meanwhile').waitFor();
});

it('shows at home what was posted while the tabs had no leader, in the one that leads then and in the others', async () => {
  const leader = await stage.device.tab('/devices');
  const others = [await stage.device.tab('/'), await stage.device.tab('/')];
  for (const page of others) await page.getByText('Nothing posted yet.').waitFor();
  const go = await held();
  await leader.close();
  await publish('Meanwhile');
  go();
  for (const page of others) await page.getByText('Meanwhile').waitFor();
});
