import { announce } from './live-region';

export type Answer = 'keep' | 'move';

const questions = new WeakMap<HTMLFormElement, HTMLElement>();

/**
 * Asks in the form itself where its text shall go. Takes no focus: the person may be in the middle of a word.
 * Names are set as text, whatever is in them.
 * @param to null: no platform is active
 */
export function showPlatformQuestion(
  form: HTMLFormElement,
  from: string,
  to: string | null,
  answer: (answer: Answer) => void,
): void {
  let group = questions.get(form);
  if (!group) {
    group = document.createElement('fieldset');
    group.className = 'platform-question';
    group.append(document.createElement('legend'), button('keep', answer), button('move', answer));
    questions.set(form, group);
  }
  const [words, keep, move] = Array.from(group.children) as [HTMLElement, HTMLElement, HTMLElement];
  const question = `This was begun for ${from}, and ${to ?? 'no platform'} is active now. Nothing is sent until you choose.`;
  const isNew = words.textContent !== question;
  words.textContent = question;
  keep.textContent = `Keep posting as ${from}`;
  move.textContent = `Move to ${to}`;
  move.hidden = to === null;
  if (!form.contains(group)) form.append(group);
  if (isNew) announce(question);
}

/** Before anything is sent. */
export function focusPlatformQuestion(form: HTMLFormElement): void {
  questions.get(form)?.querySelector('button')?.focus();
}

export function removePlatformQuestion(form: HTMLFormElement): void {
  questions.get(form)?.remove();
  questions.delete(form);
}

function button(means: Answer, answer: (answer: Answer) => void): HTMLElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.addEventListener('click', () => answer(means));
  return element;
}
