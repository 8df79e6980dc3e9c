import type { PlatformSwitchedDetail } from '../core/details';

const FORMS = 'form[data-platform-aware]';
const TEXTS = 'textarea, input:not([type]), input[type="text"]';

/** The platform that a form with unsent text was meant for. */
const meantFor = new WeakMap<HTMLFormElement, string>();

/**
 * Plain pages: a form marked `data-platform-aware` follows the active platform through its hidden
 * `platform_id`, but not once something is written in it. What was written for one account is not sent as
 * another without a word: such a form keeps its platform, and the server refuses it or takes it knowingly.
 */
export function followPlatformInForms(): void {
  window.addEventListener('platformSwitched', (event) => {
    const { platformId } = (event as CustomEvent<PlatformSwitchedDetail>).detail;
    for (const form of document.querySelectorAll<HTMLFormElement>(FORMS)) follow(form, platformId);
  });
  // Scripts of the page may set the field of every form on a switch; the last word is at the sending.
  document.addEventListener('submit', (event) => restore(event.target), { capture: true });
}

/** Whether there is text in this form that has not been sent, be it typed here or given back with an error. */
export function hasUnsentText(form: HTMLFormElement): boolean {
  return Array.from(form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(TEXTS)).some(
    (field) => field.value.trim() !== '',
  );
}

function follow(form: HTMLFormElement, platformId: number | null): void {
  const field = platformField(form);
  if (!field) return;
  if (hasUnsentText(form)) {
    if (!meantFor.has(form)) meantFor.set(form, field.value);
    return;
  }
  meantFor.delete(form);
  field.value = platformId === null ? '' : String(platformId);
}

function restore(target: EventTarget | null): void {
  if (!(target instanceof HTMLFormElement)) return;
  const platform = meantFor.get(target);
  const field = platformField(target);
  if (field && platform !== undefined && hasUnsentText(target)) field.value = platform;
}

function platformField(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector('input[name="platform_id"]');
}
