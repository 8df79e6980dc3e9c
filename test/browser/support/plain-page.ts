/** A page of a host application, open in each test, and its elements. */
import type { Locator, Page } from 'playwright-core';
import * as composing from './composing';
import type { Stage } from './stage';

export const PLAIN = '/client/examples/plain.html';

/** Called once, after `setStage`. */
export function setPlainPage(stage: Stage) {
  let tab: Page;

  beforeEach(async () => {
    tab = await stage.device.tab(PLAIN);
  });

  return {
    get tab() {
      return tab;
    },
    /** Replaces the tab until the end of the test. */
    set tab(other: Page) {
      tab = other;
    },
    text: () => composing.text(tab),
    post: () => composing.post(tab),
    question: () => tab.getByRole('group', { name: /Nothing is sent until you choose/ }),
    keep: () => composing.keep(tab),
    move: () => tab.getByRole('button', { name: 'Move to Beta', exact: true }),
    hiddenField: (name: string) => tab.locator(`#post input[name="${name}"]`),
    switchTo: (index: number) => composing.switchTo(stage.person, index),
    postsOf: (index: number) => composing.postsOf(stage.person, index),
    sendings: () => composing.sendings(tab, '/create_post'),
    hasFocus: async (place: Locator) => (await place.and(tab.locator(':focus')).count()) === 1,
    /** Inserts an element into the page, long after its script has run. */
    add: (html: string) =>
      tab.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend', ${JSON.stringify(html)})`),
  };
}
