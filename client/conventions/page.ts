/** What the conventions share: what they look for, when they render, and what enters the page. */
import type { SessionSync } from '../core/session-sync';

/** A form that says so has a script of its own that does all this for it. */
const MANAGED = '[data-platform-aware="managed"]';
/** What the renderers write to, or read from. */
const RENDERED =
  'form[data-platform-aware], [data-platform-info], [data-platform-type], [data-platform-required], [data-user-info], [data-char-limit], .char-counter';

const renderers: (() => void)[] = [];

/** The elements of the page as it is now, without those that a script of its own takes care of. */
export function findAll<E extends HTMLElement>(selector: string): E[] {
  return Array.from(document.querySelectorAll<E>(selector)).filter((element) => !isManaged(element));
}

export function isManaged(element: Element): boolean {
  return element.closest(MANAGED) !== null;
}

/** The session, or the platform that it is on, is another now. */
export function onChange(sync: SessionSync, listener: () => void): void {
  sync.on('sessionStateChanged', listener);
  sync.on('platformSwitched', listener);
}

/**
 * Keeps parts of the page up to date: what is in it when the session changes, and what enters it at any time. Scripts of
 * the page may set the same things on the same events: ours render after all of them.
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

/** Calls `listener` with the elements that have entered the page, be it by the parser, a script or a restored snapshot. */
export function observePage(listener: (added: Element[]) => void): void {
  const observer = new MutationObserver((records) => {
    const nodes = records.flatMap(({ addedNodes }) => Array.from(addedNodes));
    listener(nodes.filter((node) => node instanceof Element));
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['content'] });
}

/** Runs `task` with the body: at once, or as soon as the parser has come to it. */
export function whenBody(task: () => void): void {
  if (document.body) return void task();
  const observer = new MutationObserver(() => {
    if (!document.body) return;
    observer.disconnect();
    task();
  });
  observer.observe(document, { childList: true, subtree: true });
}
