import type { SessionSync } from '../core/session-sync';
import { all, keepDrawn, on } from './page';
import { platformAt } from './stands';

/** What a page shows of the session: who, which platform, and what needs one. */
export function startMarks(sync: SessionSync): void {
  /** Nobody else's hiding is undone. */
  const hiddenHere = new WeakSet<HTMLElement>();

  keepDrawn(() => {
    const state = sync.getState();
    if (!state) return;
    const { platform: active, user } = state;
    for (const element of all('[data-platform-required]')) {
      if (active) show(element);
      else hide(element);
    }
    for (const element of all('[data-platform-type]')) {
      const { type = '' } = platformAt(element, active) ?? {};
      element.dataset.platformType = type;
      element.classList.toggle('mastodon-platform', type === 'mastodon');
      element.classList.toggle('pixelfed-platform', type === 'pixelfed');
    }
    for (const element of all('[data-platform-info="name"]')) {
      write(element, platformAt(element, active)?.name ?? '');
    }
    for (const kind of ['username', 'email'] as const) {
      for (const element of all(`[data-user-info="${kind}"]`)) write(element, user[kind]);
    }
  });
  on('sessionExpired', () => {
    for (const element of all('[data-user-info], [data-platform-info]')) write(element, '');
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

/** A screen reader loses its place in a text that is written anew, even with the same words. */
function write(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
