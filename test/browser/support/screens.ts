/** Pictures of our pages, for the README and for whoever wants to see what has changed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const SCREENS = join(__dirname, '../../../docs/screens');
/** Only on demand: a run of the tests leaves the tree as it was. */
const TAKES_PICTURES = process.env.SCREENSHOTS === '1';

/** The whole page, in a window as high as that is: what is fixed to the window is then where it is at the page's end. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (!TAKES_PICTURES) return;
  mkdirSync(SCREENS, { recursive: true });
  const viewport = page.viewportSize()!;
  const height = (await page.evaluate('document.scrollingElement.scrollHeight')) as number;
  await page.setViewportSize({ ...viewport, height });
  await page.screenshot({ path: join(SCREENS, `${name}.png`) });
  await page.setViewportSize(viewport);
}
