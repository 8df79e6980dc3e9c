/** A single tab with its server, and all events of its page. */
import type { SessionEvents } from '../event-details';
import { SessionSync } from '../session-sync';
import { type Answer, type Call, FakeEnvironment, refusal, settle } from './fake-environment';
import { type Fact, FakeServer } from './fake-server';

const NAMES: (keyof SessionEvents)[] = [
  'sessionStateChanged',
  'platformSwitched',
  'sessionExpiring',
  'sessionExtended',
  'sessionExpired',
  'platformsChanged',
  'sessionConnectionChanged',
  'postUpdated',
  'postRemoved',
  'postsImported',
];

export interface TestTab {
  env: FakeEnvironment;
  server: FakeServer;
  sync: SessionSync;
  heard: Partial<Record<string, unknown[]>>;
  push(fact: Fact): Promise<void>;
}

export function openTab(serve?: (call: Call, server: FakeServer) => Answer | Promise<Answer>): TestTab {
  const env = new FakeEnvironment();
  const server = new FakeServer(() => env.time);
  env.serve = (call) => serve?.(call, server) ?? answer(call, server);
  const heard: TestTab['heard'] = {};
  const hear = (name: string) => (event: Event) => {
    heard[name] = [...(heard[name] ?? []), (event as CustomEvent).detail];
  };
  for (const name of NAMES) env.window.addEventListener(name, hear(name));
  env.document.addEventListener('sessionUpdated', hear('sessionUpdated'));
  const sync = new SessionSync(env).start();
  env.socket.onSync = async () => server.state();
  const push = async (fact: Fact) => {
    env.socket.emit(fact.name as 'platform:switched', fact.payload as never);
    await settle();
  };
  return { env, server, sync, heard, push };
}

export function answer({ method, path }: Call, server: FakeServer): Answer {
  if (method === 'GET' && path === '/api/session') return { status: 200, body: server.rest() };
  if (path === '/api/session/extend') {
    server.lastActivity = Date.parse(server.state().server_time);
    return { status: 200, body: server.extended() };
  }
  if (path === '/api/auth/logout') return { status: 204 };
  return refusal(404, 'NOT_FOUND');
}

export async function liveTab(serve?: Parameters<typeof openTab>[0]): Promise<TestTab> {
  const tab = openTab(serve);
  await settle();
  tab.env.socket.accept();
  tab.env.socket.emit('session:state', tab.server.state());
  await settle();
  return tab;
}

export const signedOut = (call: Call) =>
  call.path === '/api/session' ? refusal(401, 'AUTHENTICATION_REQUIRED') : { status: 404 };
