/** The drafts that a browser has stored. */
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually';

/** Evaluates an expression for each draft in this browser; runs in the page. */
const eachDraft = (value: string) => `new Promise((resolve, reject) => {
  const opening = indexedDB.open('vedfolnir-drafts');
  opening.onupgradeneeded = () => opening.result.createObjectStore('drafts');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const found = [];
    const cursor = opening.result.transaction('drafts').objectStore('drafts').openCursor();
    cursor.onsuccess = () => {
      if (!cursor.result) return opening.result.close(), resolve(found);
      const { key, value } = cursor.result;
      // Skips the last choices of an account, which are stored next to its drafts.
      if (key.length > 2) found.push(${value});
      cursor.result.continue();
    };
  };
})`;

export const draftsIn = (page: Page): Promise<[user: number, platform: number, content: string][]> =>
  page.evaluate(eachDraft('[key[0], key[1], value.text.content]'));

/** For each draft, the number of files that are uploaded. */
export const filesIn = (page: Page): Promise<number[]> =>
  page.evaluate(eachDraft('value.files.filter(({ mediaId }) => mediaId).length'));
export const contentsIn = async (page: Page) => (await draftsIn(page)).map(([, , content]) => content);
export const backIn = (page: Page) => page.getByText(/^Your draft from .* is back\.$/);

export async function savedIn(page: Page, content: string): Promise<void> {
  await eventually(async () => expect(await contentsIn(page)).toContain(content));
}
