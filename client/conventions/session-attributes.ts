import type { SessionSync } from '../core/session-sync';
import { platformFor } from './form-platform-binding';
import { findAll, registerRenderer } from './page';

/** What a page shows of the session: who, which platform, and what needs one. */
export function startSessionAttributes(sync: SessionSync): void {
  /** Only what was hidden here is shown again. */
  const hiddenHere = new WeakSet<HTMLElement>();

  registerRenderer(() => {
    const state = sync.getState();
    if (!state) return;
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
      // Until its name is known, the server's words for it stand.
      if (!platform || platform.name !== undefined) setText(element, platform?.name ?? '');
    }
    for (const kind of ['username', 'email'] as const) {
      for (const element of findAll(`[data-user-info="${kind}"]`)) setText(element, user[kind]);
    }
  });
  sync.on('sessionExpired', () => {
    for (const element of findAll('[data-user-info], [data-platform-info]')) setText(element, '');
  });

  function hide(element: HTMLElement): void {
    // Older scripts show things by this, and it is stronger than the attribute.
    if (element.style.display === 'block') element.style.display = '';
    if (element.hidden) return;
    element.hidden = true;
    hiddenHere.add(element);
  }

  function show(element: HTMLElement): void {
    if (hiddenHere.delete(element)) element.hidden = false;
  }
}

/** A screen reader loses its place in a text that is replaced, even by the same words. */
function setText(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
