import { CHARACTER_LIMITS, type PlatformType } from '../../../src/protocol/http';
import { session } from '../session';
import type { PostText } from './draft-repository';
import type { Platform } from './post-target';

export interface ServerForm {
  /** The user of the page; NaN if it is not specified. */
  userId: number;
  platform: Platform;
  /** The user has answered "keep" before: it is for this platform, whichever is active. */
  pinned: boolean;
  text: Partial<PostText>;
  /** Why the server returned the form, by field name. */
  errors: Record<string, string>;
  /** Restores the focus and the selection that the user had in the form. */
  focus(): void;
}

/**
 * Removes the form from the page, and returns its content, including what the user has typed so far.
 * @returns null if there is none
 */
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
      // A select element has no text selection.
      if (selectionEnd !== null) field?.setSelectionRange(selectionStart, selectionEnd);
    },
  };
}

function errorOf(error: Element): [field: string, message: string] {
  const field = error.closest('.vf-field')?.querySelector<HTMLInputElement>('[name]');
  return [field?.name ?? 'form', error.textContent.trim()];
}
