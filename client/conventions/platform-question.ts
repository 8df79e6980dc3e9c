import { announce } from './live-region';

export type Answer = 'keep' | 'move';

const CLASS = 'platform-question';

const questions = new WeakMap<HTMLFormElement, HTMLElement>();

/**
 * Asks in the form itself where its text shall go. Takes no focus: the person may be typing.
 * Names are set as text, whatever is in them.
 * @param from null: it is not known for which platform it was begun
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

/** By what the form contains: other scripts of ours ask as well. */
export function hasPlatformQuestion(form: HTMLFormElement): boolean {
  return form.querySelector(`.${CLASS}`) !== null;
}

/** Before anything is sent. */
export function focusPlatformQuestion(form: HTMLFormElement): void {
  questions.get(form)?.querySelector('button')?.focus();
}

export function removePlatformQuestion(form: HTMLFormElement): void {
  removeStale(form);
  questions.delete(form);
}

/** Those of a snapshot or a clone, too: nobody listens to their buttons. */
function removeStale(form: HTMLFormElement, current?: HTMLElement): void {
  for (const group of form.querySelectorAll(`.${CLASS}`)) if (group !== current) group.remove();
}

function button(means: Answer, answer: (answer: Answer) => void): HTMLElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.addEventListener('click', () => answer(means));
  return element;
}
