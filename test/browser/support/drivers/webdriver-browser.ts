/** WebKitGTK by WebDriver, on a virtual display. For their pages, all windows are visible. */
import { findBinary } from '../../../../scripts/lib/binaries.cjs';
import { eventually } from '../../../support/eventually';
import { freePort, launch, temporaryFolder } from '../../../support/processes';
import { cookiePairs, type DrivenBrowser, type DrivenTab, type Key, pngUrl } from './driver';

/** https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEYS: Record<Key, string> = {
  ArrowDown: '\uE015',
  End: '\uE010',
  Enter: '\uE007',
  Escape: '\uE00C',
  Home: '\uE011',
  Tab: '\uE004',
};

/** A driver that has not answered by then does not answer any more, and the next test would wait for it as well. */
const COMMAND_LIMIT_MS = 30_000;

const FORGET = `(async () => {
  localStorage.clear();
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
})()`;

type Call = <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<T>;

function caller(address: string): Call {
  return async <T>(method: string, path: string, body: object = {}) => {
    const sent = method === 'POST' ? JSON.stringify(body) : null;
    const signal = AbortSignal.timeout(COMMAND_LIMIT_MS);
    const answer = await fetch(address + path, { method, body: sent, signal }).catch((error) => {
      throw new Error(`${method} ${path} ${sent}: ${error}`);
    });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  };
}

class WebDriverTab implements DrivenTab {
  constructor(
    private readonly handle: string,
    /** Runs the commands of a tab one after the other: WebDriver has one current tab. */
    private readonly within: <T>(handle: string, task: (call: Call) => Promise<T>) => Promise<T>,
  ) {}

  async open(url: string): Promise<void> {
    // Waits for a new document, even if its URL is the same.
    await this.evaluate('window.leaving = true');
    await this.within(this.handle, (call) => call('POST', '/url', { url }));
    await eventually(() => this.evaluate("!window.leaving && document.readyState === 'complete'"));
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.within(this.handle, (call) =>
      call<T>('POST', '/execute/sync', { script: `return (${expression})`, args: [] }),
    );
  }

  async click(element: string): Promise<void> {
    const reference = await this.evaluate<Record<string, string> | null>(element);
    const id = Object.values(reference ?? {})[0];
    if (!id) throw new Error(`No element: ${element}`);
    await this.within(this.handle, (call) => call('POST', `/element/${id}/click`));
  }

  async type(text: string): Promise<void> {
    const actions = [...text].flatMap((value) => ['keyDown', 'keyUp'].map((type) => ({ type, value })));
    const keyboard = { type: 'key', id: 'keyboard', actions };
    await this.within(this.handle, (call) => call('POST', '/actions', { actions: [keyboard] }));
  }

  press(key: Key): Promise<void> {
    return this.type(KEYS[key]);
  }

  async picture(): Promise<string> {
    return pngUrl(await this.within(this.handle, (call) => call<string>('GET', '/screenshot')));
  }

  async close(): Promise<void> {
    await this.within(this.handle, (call) => call('DELETE', '/window'));
  }
}

class WebDriverBrowser implements DrivenBrowser {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly call: Call,
    /** Stays open: a session ends with its last window. */
    private readonly first: string,
    private readonly stopped: () => Promise<unknown>,
  ) {}

  async reset(url: string, cookies: string): Promise<void> {
    for (const handle of await this.call<string[]>('GET', '/window/handles')) {
      if (handle !== this.first) await this.tab(handle).close();
    }
    const tab = this.tab(this.first);
    await tab.open(`${url}/client/icon.svg`);
    await tab.evaluate(FORGET);
    await this.within(this.first, async (call) => {
      await call('DELETE', '/cookie');
      for (const pair of cookiePairs(cookies)) await call('POST', '/cookie', { cookie: { ...pair, httpOnly: true } });
    });
  }

  async newTab(): Promise<DrivenTab> {
    const { handle } = await this.call<{ handle: string }>('POST', '/window/new', { type: 'window' });
    return this.tab(handle);
  }

  async stop(): Promise<void> {
    await this.call('DELETE', '');
    await this.stopped();
  }

  private tab(handle: string): DrivenTab {
    return new WebDriverTab(handle, (which, task) => this.within(which, task));
  }

  private within<T>(handle: string, task: (call: Call) => Promise<T>): Promise<T> {
    const result = this.last.then(async () => {
      await this.call('POST', '/window', { handle });
      return task(this.call);
    });
    this.last = result.catch(() => {});
    return result;
  }
}

export async function startWebKit(): Promise<DrivenBrowser> {
  const screen = launch(findBinary('Xvfb')!, ['-displayfd', '2', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp']);
  const display = await eventually(() => /^(\d+)$/m.exec(screen.output())?.[1] ?? '');
  const port = await freePort();
  const { PATH } = process.env;
  // As in a container: WebKitGTK reports the language of this locale as "C", which is not a language code.
  const env = { PATH, HOME: temporaryFolder(), DISPLAY: `:${display}`, LANG: 'C.UTF-8' };
  const driver = launch(findBinary('WebKitWebDriver')!, [`--port=${port}`, '--host=127.0.0.1'], { env });
  const call = caller(`http://127.0.0.1:${port}`);
  await eventually(() => call('GET', '/status'));
  // `none`: pages that never finish loading are tested as well.
  const capabilities = { alwaysMatch: { pageLoadStrategy: 'none' } };
  const { sessionId } = await call<{ sessionId: string }>('POST', '/session', { capabilities });
  const within = caller(`http://127.0.0.1:${port}/session/${sessionId}`);
  const first = await within<string>('GET', '/window');
  return new WebDriverBrowser(within, first, () => Promise.all([driver.stop(), screen.stop()]));
}
