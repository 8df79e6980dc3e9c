import { announce } from './live-region';

export type Answer = 'keep' | 'move';

const CLASS = 'platform-question';

const questions = new WeakMap<HTMLFormElement, HTMLElement>();

/**
 * Asks in the form itself which platform its text is for. Does not take the focus: the user may be typing. Names are
 * set as text, never as HTML.
 * @param from null: the platform that it was begun for is not known
 * @param to null: no platform is active
 */
export function showPlatformQuestion(
  form: HTMLFormElement,
  from: string | null,
  to: string | null,
  answer: (answer: Answer) => void,
): void {
  let group = questions.get(form);
  removeStale(form, group);
  if (!group) {
    group = document.createElement('fieldset');
    group.className = CLASS;
    group.append(document.createElement('legend'), button('keep', answer), button('move', answer));
    questions.set(form, group);
  }
  const [words, keep, move] = Array.from(group.children) as [HTMLElement, HTMLElement, HTMLElement];
  const begun = from === null ? 'It is not known for which platform this was begun' : `This was begun for ${from}`;
  const question = `${begun}, and ${to ?? 'no platform'} is active now. Nothing is sent until you choose.`;
  const isNew = words.textContent !== question;
  words.textContent = question;
  keep.textContent = `Keep posting as ${from}`;
  keep.hidden = from === null;
  move.textContent = `Move to ${to}`;
  move.hidden = to === null;
  if (!form.contains(group)) form.append(group);
  if (isNew) announce(question);
}

/** Checks the content of the form, because other scripts of ours ask as well. */
export function hasPlatformQuestion(form: HTMLFormElement): boolean {
  return form.querySelector(`.${CLASS}`) !== null;
}

/** Called when the user submits a form with an open question. */
export function focusPlatformQuestion(form: HTMLFormElement): void {
  form.querySelector<HTMLElement>(`.${CLASS} button:not([hidden])`)?.focus();
}

export function removePlatformQuestion(form: HTMLFormElement): void {
  removeStale(form);
  questions.delete(form);
}

/** Removes copies in a snapshot or a clone, too: their buttons have no listeners. */
function removeStale(form: HTMLFormElement, current?: HTMLElement): void {
  for (const group of form.querySelectorAll(`.${CLASS}`)) if (group !== current) group.remove();
}

function button(means: Answer, answer: (answer: Answer) => void): HTMLElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.addEventListener('click', () => answer(means));
  return element;
}
