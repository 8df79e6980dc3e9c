import { CHARACTER_LIMITS, type PlatformType } from '../../../src/protocol/http';
import type { PostText } from './draft-book';
import type { Platform } from './target';

export interface ServerForm {
  /** Whose page it is; NaN where it does not say. */
  userId: number;
  platform: Platform;
  /** It was answered "keep" before: it is for this platform whatever is active. */
  pinned: boolean;
  text: Partial<PostText>;
  /** Why the server gave it back. */
  errors: string[];
  /** The name of the field that the person is in already. */
  focused: string | null;
}

/** Takes the form out of the page, with what the person may have written in it by now. @returns null where there is none */
export function readServerForm(root: HTMLElement): ServerForm | null {
  const form = root.querySelector('form');
  if (!form) return null;
  const { userId, platformId, platformName = '', platformType } = form.dataset;
  const type: PlatformType = platformType === 'pixelfed' ? 'pixelfed' : 'mastodon';
  const limit = Number(form.querySelector<HTMLElement>('[data-char-limit]')?.dataset.charLimit);
  const names = ['title', 'content', 'spoiler_text', 'visibility'];
  const data = new FormData(form);
  const text = Object.fromEntries([...data].filter(([name]) => names.includes(name)));
  const errors = Array.from(form.querySelectorAll('.vf-error'), ({ textContent }) => textContent.trim());
  const active = document.activeElement;
  const focused = form.contains(active) ? (active?.getAttribute('name') ?? null) : null;
  root.replaceChildren();
  return {
    userId: Number(userId),
    platform: { id: Number(platformId), name: platformName, type, maxCharacters: limit || CHARACTER_LIMITS[type] },
    pinned: data.has('platform_pinned'),
    text,
    errors,
    focused,
  };
}
