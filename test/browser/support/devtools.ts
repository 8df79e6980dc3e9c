/** What can befall a tab, done to it by the DevTools protocol. */
import type { CDPSession, Page } from 'playwright-core';

function devtools(page: Page): Promise<CDPSession> {
  return page.context().newCDPSession(page);
}

/**
 * As the browser does with a tab that nobody has looked at for long: the page is told, then nothing of it runs.
 * Only where tabs can be hidden, see `launchPlainChromium`. @returns its undo
 */
export async function freeze(page: Page): Promise<() => Promise<unknown>> {
  const session = await devtools(page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  return () => session.send('Page.setWebLifecycleState', { state: 'active' });
}

/** Nothing of the page runs any more, and it was not told: as when its process hangs. @returns its undo */
export async function hang(page: Page): Promise<() => Promise<unknown>> {
  const session = await devtools(page);
  const paused = new Promise((resolve) => session.once('Debugger.paused', resolve));
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await paused;
  return () => session.send('Debugger.resume');
}

/** The process of the page dies. */
export async function crash(page: Page): Promise<void> {
  const crashed = new Promise((resolve) => page.once('crash', resolve));
  const session = await devtools(page);
  // No answer comes: who should give it is dead.
  session.send('Page.crash').catch(() => undefined);
  await crashed;
}
