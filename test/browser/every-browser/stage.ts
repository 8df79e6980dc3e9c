/** One browser for a whole suite, and for each of its tests a new person and an application of others before the node. */
import { type ServerNode, startNode } from '../../support/server';
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
  /** Warns of the end of a session soon, and knows pages at other addresses. */
  readonly shortNode: ServerNode;
  /** A page at this address may call `shortNode`, and one at the other may not. */
  readonly allowed: HostServer;
  readonly refused: HostServer;
  /** A tab at `path`, as soon as it knows its session. */
  tab(path: string): Promise<DrivenTab>;
}

type Servers = Pick<EveryBrowserStage, 'shortNode' | 'allowed' | 'refused'>;

/** What the browsers share. Called once, at the top of the suite. */
export function setServers(): Servers {
  let shortNode: ServerNode;
  let allowed: HostServer;
  let refused: HostServer;

  beforeAll(async () => {
    [allowed, refused] = await Promise.all([startHostServer(), startHostServer()]);
    // Warns after two seconds, and leaves a minute for the answer.
    const env = { SESSION_IDLE_TIMEOUT: '62s', SESSION_EXPIRY_WARNING: '60s', ALLOWED_ORIGINS: allowed.url };
    shortNode = await startNode(env);
  });

  afterAll(async () => {
    allowed?.close();
    refused?.close();
    await shortNode?.stop();
  });

  return {
    get shortNode() {
      return shortNode;
    },
    get allowed() {
      return allowed;
    },
    get refused() {
      return refused;
    },
  };
}

/** Called once, at the top of the tests of a browser. */
export function setEveryBrowserStage(servers: Servers, start: () => Promise<DrivenBrowser>): EveryBrowserStage {
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
    get shortNode() {
      return servers.shortNode;
    },
    get allowed() {
      return servers.allowed;
    },
    get refused() {
      return servers.refused;
    },
    async tab(path) {
      const tab = await browser.newTab();
      await tab.open(host.url + path);
      await until(tab, IS_CONNECTED);
      return tab;
    },
  };
}
