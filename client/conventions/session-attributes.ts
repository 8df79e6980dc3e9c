import type { SessionSync } from '../core/session-sync';
import { platformFor } from './form-platform-binding';
import { findAll, registerRenderer } from './page';

/** Fills in what a page shows of the session: user, platform, and parts that need a platform. */
export function startSessionAttributes(sync: SessionSync): void {
  /** Only elements that were hidden here are shown again. */
  const hiddenHere = new WeakSet<HTMLElement>();

  let ended = false;

  registerRenderer(() => {
    const state = sync.getState();
    if (!state) {
      if (ended) clear();
      return;
    }
    ended = false;
    const { platform: active, user } = state;
    for (const element of findAll('[data-platform-required]')) {
      if (active) show(element);
      else hide(element);
    }
    for (const element of findAll('[data-platform-type]')) {
      const { type = '' } = platformFor(element, active) ?? {};
      element.dataset.platformType = type;
      element.classList.toggle('mastodon-platform', type === 'mastodon');
      element.classList.toggle('pixelfed-platform', type === 'pixelfed');
    }
    for (const element of findAll('[data-platform-info="name"]')) {
      const platform = platformFor(element, active);
      // The server's text stays until the name of the platform is known.
      if (!platform || platform.name !== undefined) setText(element, platform?.name ?? '');
    }
    for (const kind of ['username', 'email'] as const) {
      for (const element of findAll(`[data-user-info="${kind}"]`)) setText(element, user[kind]);
    }
  });
  sync.on('sessionExpired', () => {
    ended = true;
    clear();
  });

  /** Also what a router restores later: it is of the session that has ended. */
  function clear(): void {
    for (const element of findAll('[data-user-info], [data-platform-info]')) setText(element, '');
  }

  function hide(element: HTMLElement): void {
    // Older scripts show elements by this style, which overrides the `hidden` attribute.
    if (element.style.display === 'block') element.style.display = '';
    if (element.hidden) return;
    element.hidden = true;
    hiddenHere.add(element);
  }

  function show(element: HTMLElement): void {
    if (hiddenHere.delete(element)) element.hidden = false;
  }
}

/** Replacing a text, even by the same words, makes a screen reader lose its position. */
function setText(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
