import { CHARACTER_LIMITS, type PlatformType } from '../../../src/protocol/http';
import { session } from '../session';
import type { PostText } from './draft-repository';
import type { Platform } from './post-target';

export interface ServerForm {
  /** Whose page it is; NaN where it does not say. */
  userId: number;
  platform: Platform;
  /** It was answered "keep" before: it is for this platform whatever is active. */
  pinned: boolean;
  text: Partial<PostText>;
  /** Why the server gave it back, by the names of its fields. */
  errors: Record<string, string>;
  /** Goes to where the person is in it already. */
  focus(): void;
}

/** Takes the form out of the page, with what the person may have written in it by now. @returns null where there is none */
export function readServerForm(root: HTMLElement): ServerForm | null {
  const form = root.querySelector<HTMLFormElement>('form[data-platform-id]');
  if (!form) return null;
  const { userId, platformId, platformName = '', platformType } = form.dataset;
  const type: PlatformType = platformType === 'pixelfed' ? 'pixelfed' : 'mastodon';
  const limit = Number(form.querySelector<HTMLElement>('[data-char-limit]')?.dataset.charLimit);
  const active = session.getState()?.platform;
  const names = ['title', 'content', 'spoiler_text', 'visibility'];
  const data = new FormData(form);
  const text = Object.fromEntries([...data].filter(([name]) => names.includes(name)));
  const errors = Object.fromEntries(Array.from(form.querySelectorAll('.vf-error'), errorOf));
  const { activeElement } = document;
  const within = form.contains(activeElement) ? (activeElement as HTMLTextAreaElement) : null;
  const { name = '', selectionStart = null, selectionEnd = null } = within ?? {};
  return {
    userId: Number(userId),
    platform:
      active?.id === Number(platformId)
        ? active
        : { id: Number(platformId), name: platformName, type, maxCharacters: limit || CHARACTER_LIMITS[type] },
    pinned: data.has('platform_pinned'),
    text,
    errors,
    focus: () => {
      const field = root.querySelector<HTMLTextAreaElement>(`[name="${name}"]`);
      field?.focus();
      // A choice has none.
      if (selectionEnd !== null) field?.setSelectionRange(selectionStart, selectionEnd);
    },
  };
}

function errorOf(error: Element): [field: string, message: string] {
  const field = error.closest('.vf-field')?.querySelector<HTMLInputElement>('[name]');
  return [field?.name ?? 'form', error.textContent.trim()];
}
