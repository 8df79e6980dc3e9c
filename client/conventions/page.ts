/** What the conventions share: what they look for, what they listen to, and when they draw. */
import type { SessionEvents } from '../core/event-details';

/** A form that says so has a script of its own that does all this for it. */
const MANAGED = '[data-platform-aware="managed"]';

const renderers: (() => void)[] = [];

/** The elements of the page as it is now, without those that a script of its own takes care of. */
export function findAll<E extends HTMLElement>(selector: string): E[] {
  return Array.from(document.querySelectorAll<E>(selector)).filter((element) => !isManaged(element));
}

export function isManaged(element: Element): boolean {
  return element.closest(MANAGED) !== null;
}

/** Hears an event of the session before the listeners of the page do, whichever script came first. */
export function on<E extends keyof SessionEvents>(name: E, listener: (detail: SessionEvents[E]) => void): void {
  window.addEventListener(name, (event) => listener((event as CustomEvent<SessionEvents[E]>).detail), {
    capture: true,
  });
}

/** The session, or the platform that it is on, is another now. */
export function onChange(listener: () => void): void {
  on('sessionStateChanged', listener);
  on('platformSwitched', listener);
}

/**
 * Keeps a part of the page up to date. Scripts of the page may set the same things on the same events, and count or
 * hide otherwise: ours draws when all of them have had their turn, and stands.
 */
export function registerRenderer(draw: () => void): void {
  renderers.push(draw);
  onChange(() => queueMicrotask(draw));
  document.addEventListener('DOMContentLoaded', draw);
}

export function renderPage(): void {
  for (const draw of renderers) draw();
}
