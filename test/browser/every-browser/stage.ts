/** One browser for a whole suite, and for each of its tests a new person and an application of others before the node. */
import { sharedNodes } from '../../support/shared';
import type { DrivenBrowser, DrivenTab } from '../support/drivers/driver';
import { type HostServer, startHostServer } from '../support/host-server';
import { newPerson, type Person } from '../support/people';
import { IS_CONNECTED, until } from '../support/recorder';

/** As the pages of a host tell what went wrong in them. */
export const KEEP_UNCAUGHT = `<script>
  window.uncaught = [];
  addEventListener('error', ({ message }) => uncaught.push(message));
  addEventListener('unhandledrejection', ({ reason }) => uncaught.push(String(reason)));
</script>`;

export interface EveryBrowserStage {
  readonly host: HostServer;
  readonly browser: DrivenBrowser;
  readonly person: Person;
  /** A tab at `path`, as soon as it knows its session. */
  tab(path: string): Promise<DrivenTab>;
}

/** Called once, at the top of the tests of a browser. */
export function setEveryBrowserStage(start: () => Promise<DrivenBrowser>): EveryBrowserStage {
  let host: HostServer;
  let browser: DrivenBrowser;
  let person: Person;

  beforeAll(async () => {
    const [[node], started] = await Promise.all([sharedNodes('node'), start()]);
    browser = started;
    host = await startHostServer(node.port);
  });

  afterAll(async () => {
    await browser?.stop();
    host?.close();
  });

  beforeEach(async () => {
    person = await newPerson(host.url, ['Alpha', 'Beta']);
    await browser.reset(host.url, person.client.cookie);
  });

  return {
    get host() {
      return host;
    },
    get browser() {
      return browser;
    },
    get person() {
      return person;
    },
    async tab(path) {
      const tab = await browser.newTab();
      await tab.open(host.url + path);
      await until(tab, IS_CONNECTED);
      return tab;
    },
  };
}
