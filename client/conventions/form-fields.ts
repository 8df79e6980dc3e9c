/** Reads and writes the form fields that name its platform. */

/** Types of inputs that hold text, or what is as costly to enter again. */
const TEXT_TYPES = ['text', 'search', 'url', 'email', 'tel', 'number', 'password', 'file'];
const EDITORS = '[contenteditable]:not([contenteditable="false"])';
const MEDIA = 'img, video, audio, iframe';
const PLATFORM_ID_FIELD = 'input[name="platform_id"]';
const PINNED_FIELD = 'input[name="platform_pinned"]';
const CSRF_FIELD = 'input[name="csrf_token"]';
const PLATFORM_IN_ACTION = /\/platform\/(\d+)/;

export type Field = HTMLInputElement | HTMLTextAreaElement;

/** By form: the control of the last input that cannot be read as text, such as a selection. */
const lastInputs = new WeakMap<HTMLFormElement, HTMLElement>();

/** Called for each input of the user. */
export function recordInput(form: HTMLFormElement, target: HTMLElement): void {
  if (!isTextField(target) && !target.isContentEditable) lastInputs.set(form, target);
}

/** The form was reset. */
export function forgetInput(form: HTMLFormElement): void {
  lastInputs.delete(form);
}

/** A field with an input that has not been sent, whether made here or returned by the server with an error. */
export function unsentField(form: HTMLFormElement): HTMLElement | undefined {
  const fields = Array.from(form.elements).filter(isTextField);
  const editors = Array.from(form.querySelectorAll<HTMLElement>(EDITORS));
  return (
    fields.find(({ value }) => value.trim() !== '') ??
    editors.find((editor) => editor.textContent.trim() !== '' || editor.querySelector(MEDIA)) ??
    lastInputs.get(form)
  );
}

export function hasUnsentInput(form: HTMLFormElement): boolean {
  return unsentField(form) !== undefined;
}

function isTextField(element: Element): element is Field {
  if (element instanceof HTMLTextAreaElement) return true;
  return element instanceof HTMLInputElement && TEXT_TYPES.includes(element.type);
}

/** @returns null if the form names no platform */
export function namedPlatform(form: HTMLFormElement): number | null {
  const field = form.querySelector<HTMLInputElement>(PLATFORM_ID_FIELD);
  return Number(field?.value || PLATFORM_IN_ACTION.exec(actionOf(form))?.[1]) || null;
}

export function namePlatform(form: HTMLFormElement, id: number | null): void {
  const value = String(id ?? '');
  const fields = form.querySelectorAll<HTMLInputElement>(PLATFORM_ID_FIELD);
  for (const field of fields) field.value = value;
  const action = actionOf(form);
  const inAction = PLATFORM_IN_ACTION.test(action);
  if (value && inAction) form.setAttribute('action', action.replace(PLATFORM_IN_ACTION, `/platform/${value}`));
  if (value && !inAction && fields.length === 0) addHiddenField(form, 'platform_id', value);
}

export function isPinned(form: HTMLFormElement): boolean {
  return form.querySelector(PINNED_FIELD) !== null;
}

/** A pinned form is for the platform that it names, whichever is active. */
export function setPinned(form: HTMLFormElement, pinned: boolean): void {
  if (!pinned) form.querySelector(PINNED_FIELD)?.remove();
  else if (!isPinned(form)) addHiddenField(form, 'platform_pinned', 'true');
}

function addHiddenField(form: HTMLFormElement, name: string, value: string): void {
  const field = document.createElement('input');
  Object.assign(field, { type: 'hidden', name, value });
  form.append(field);
}

/** Never adds the token to a form that is sent to another site. */
export function fillCsrfToken(form: HTMLFormElement, submitter: HTMLElement | null, token: string | undefined): void {
  const field = form.querySelector<HTMLInputElement>(CSRF_FIELD);
  const to = new URL(submitter?.getAttribute('formaction') ?? actionOf(form), document.baseURI);
  if (field && token && to.origin === window.location.origin) field.value = token;
}

/** Reads the attribute: a field named `action` would shadow the property. */
function actionOf(form: HTMLFormElement): string {
  return form.getAttribute('action') ?? '';
}
