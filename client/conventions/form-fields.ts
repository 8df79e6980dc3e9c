/** What a form says of its platform, read and written. */

/** Fields that a person writes into or puts something in. Choices are made again in a moment. */
const TEXT_FIELD_TYPES = ['textarea', 'text', 'search', 'url', 'email', 'tel', 'number', 'password', 'file'];
const PLATFORM_ID_FIELD = 'input[name="platform_id"]';
const PINNED_FIELD = 'input[name="platform_pinned"]';
const CSRF_FIELD = 'input[name="csrf_token"]';
const PLATFORM_IN_ACTION = /\/platform\/(\d+)/;

export type Field = HTMLInputElement | HTMLTextAreaElement;

/** The first field with something in it that has not been sent, be it typed here or given back with an error. */
export function unsentField(form: HTMLFormElement): Field | undefined {
  return Array.from(form.elements as HTMLCollectionOf<Field>).find(
    ({ type, value }) => TEXT_FIELD_TYPES.includes(type) && value.trim() !== '',
  );
}

export function hasUnsentText(form: HTMLFormElement): boolean {
  return unsentField(form) !== undefined;
}

/** @returns null where the form names no platform */
export function namedPlatform(form: HTMLFormElement): number | null {
  const named =
    form.querySelector<HTMLInputElement>(PLATFORM_ID_FIELD)?.value ?? PLATFORM_IN_ACTION.exec(actionOf(form))?.[1];
  return Number(named) || null;
}

export function namePlatform(form: HTMLFormElement, id: number | null): void {
  for (const field of form.querySelectorAll<HTMLInputElement>(PLATFORM_ID_FIELD))
    field.value = id === null ? '' : String(id);
  const action = actionOf(form);
  if (id !== null && PLATFORM_IN_ACTION.test(action))
    form.setAttribute('action', action.replace(PLATFORM_IN_ACTION, `/platform/${id}`));
}

export function isPinned(form: HTMLFormElement): boolean {
  return form.querySelector(PINNED_FIELD) !== null;
}

/** A pinned form is for the platform that it names, whatever is active. */
export function setPinned(form: HTMLFormElement, pinned: boolean): void {
  form.querySelector(PINNED_FIELD)?.remove();
  if (!pinned) return;
  const field = document.createElement('input');
  Object.assign(field, { type: 'hidden', name: 'platform_pinned', value: 'true' });
  form.append(field);
}

/** The token of now, which no other site may learn. */
export function fillCsrfToken(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const field = form.querySelector<HTMLInputElement>(CSRF_FIELD);
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  const to = new URL(submitter?.getAttribute('formaction') ?? actionOf(form), document.baseURI);
  if (field && token && to.origin === window.location.origin) field.value = token;
}

/** The attribute: the property may be hidden behind a field of that name. */
function actionOf(form: HTMLFormElement): string {
  return form.getAttribute('action') ?? '';
}
