/** Shared by the conventions: selectors, rendering, and the detection of new elements. */
import type { SessionSync } from '../core/session-sync';

/** A form with this value has its own script that does all this. */
const MANAGED = '[data-platform-aware="managed"]';
/** Elements that the renderers write to, or read from. */
const RENDERED =
  'form[data-platform-aware], [data-platform-info], [data-platform-type], [data-platform-required], [data-user-info], [data-char-limit], .char-counter';

const renderers: (() => void)[] = [];

/** The matching elements of the page, without those that have their own script. */
export function findAll<E extends HTMLElement>(selector: string): E[] {
  return Array.from(document.querySelectorAll<E>(selector)).filter((element) => !isManaged(element));
}

export function isManaged(element: Element): boolean {
  return element.closest(MANAGED) !== null;
}

/** Calls `listener` when the session or its platform has changed. */
export function onChange(sync: SessionSync, listener: () => void): void {
  sync.on('sessionStateChanged', listener);
  sync.on('platformSwitched', listener);
}

/**
 * Keeps parts of the page up to date: existing ones when the session changes, new ones when they are inserted. Scripts
 * of the page may set the same things on the same events, so ours render after all of them.
 */
export function startRendering(sync: SessionSync): void {
  onChange(sync, () => queueMicrotask(renderPage));
  observePage((added) => {
    if (added.some((element) => element.matches(RENDERED) || element.querySelector(RENDERED))) renderPage();
  });
}

/** @param render must be idempotent: it runs whenever something may have changed */
export function registerRenderer(render: () => void): void {
  renderers.push(render);
}

export function renderPage(): void {
  for (const render of renderers) render();
}

/** Calls `listener` with the elements that were inserted, whether by the parser, a script or a restored snapshot. */
export function observePage(listener: (added: Element[]) => void): void {
  const observer = new MutationObserver((records) => {
    const nodes = records.flatMap(({ addedNodes }) => Array.from(addedNodes));
    listener(nodes.filter((node) => node instanceof Element));
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['content'] });
}

/** Runs `task` once the body exists: at once, or as soon as the parser has reached it. */
export function whenBody(task: () => void): void {
  if (document.body) return void task();
  const observer = new MutationObserver(() => {
    if (!document.body) return;
    observer.disconnect();
    task();
  });
  observer.observe(document, { childList: true, subtree: true });
}
