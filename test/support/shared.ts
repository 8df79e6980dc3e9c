/** Nodes and a browser shared by all suites; see offer-shared.ts. */
import type { Exit } from './processes';
import type { ServerNode } from './server';

/** The first account of the shared nodes and so their administrator; on the embedded database the demo's. */
export const ADMIN = { username: 'demo', password: 'demo-password' };

type Address = Pick<ServerNode, 'url' | 'port' | 'pid' | 'cwd'>;

async function shared<T>(what: string): Promise<T> {
  const answer = await fetch(`${process.env.TEST_SHARED_URL}/${what}`);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

const refuse = () => {
  throw new Error('This node is shared by all suites. A test that stops it or reads its output starts its own.');
};

/** Nodes shared by all suites: each test creates its own users on them. */
export async function sharedNodes(what: 'node' | 'cluster'): Promise<[ServerNode, ...ServerNode[]]> {
  const own = {
    output: refuse,
    stop: refuse,
    kill: refuse,
    freeze: refuse,
    thaw: refuse,
    exited: new Promise<Exit>(() => {}),
  };
  const [first, ...others] = await shared<[Address, ...Address[]]>(what);
  return [{ ...first, ...own }, ...others.map((each) => ({ ...each, ...own }))];
}

/** The WebSocket URL of the run's Chromium. */
export const sharedChromium = (): Promise<string> => shared('chromium');
