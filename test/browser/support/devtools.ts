/** Freezes, blocks and crashes tabs by the DevTools protocol. */
import type { CDPSession, Page } from 'playwright-core';

function devtools(page: Page): Promise<CDPSession> {
  return page.context().newCDPSession(page);
}

/**
 * Freezes a page like a browser does with a tab that was hidden for long: the page receives the event, then its
 * scripts stop. Only where tabs can be hidden, see `launchPlainChromium`.
 * @returns its undo
 */
export async function freeze(page: Page): Promise<() => Promise<unknown>> {
  const session = await devtools(page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  return () => session.send('Page.setWebLifecycleState', { state: 'active' });
}

/** Stops all scripts of the page without an event, as if its process hung. @returns its undo */
export async function hang(page: Page): Promise<() => Promise<unknown>> {
  const session = await devtools(page);
  const paused = new Promise((resolve) => session.once('Debugger.paused', resolve));
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await paused;
  return () => session.send('Debugger.resume');
}

/** Crashes the process of the page. */
export async function crash(page: Page): Promise<void> {
  const crashed = new Promise((resolve) => page.once('crash', resolve));
  const session = await devtools(page);
  // There is no response: the process is gone.
  session.send('Page.crash').catch(() => undefined);
  await crashed;
}
