import type { SessionSync } from '../core/session-sync';
import { fillCsrfToken, hasUnsentText, namePlatform, setPinned, unsentField } from './form-fields';
import { bindForm, bindingOf, followActivePlatform, reconcileForm, rememberPlatform } from './form-platform-binding';
import { findAll, isManaged, onChange, registerRenderer, renderPage } from './page';
import { type Answer, focusPlatformQuestion, removePlatformQuestion, showPlatformQuestion } from './platform-question';

const FORMS = 'form[data-platform-aware]';

/**
 * A form marked `data-platform-aware` follows the active platform as long as nothing is written in it. What was
 * written for one account is not sent as another without a word: such a form asks, and sends nothing until answered.
 * Nor does it send before this page has looked, where it may be behind: it may have slept through a switch.
 */
export function startForms(sync: SessionSync): void {
  const forms = () => findAll<HTMLFormElement>(FORMS);
  let looking = false;
  const problem = document.createElement('p');
  problem.setAttribute('role', 'alert');

  // At once, before a script of the page writes the new platform into every form.
  onChange(() => {
    const state = sync.getState();
    if (!state) return;
    rememberPlatform(state.platform);
    for (const form of forms()) reconcileForm(form, state.platform);
  });
  registerRenderer(() => {
    for (const form of forms()) draw(form);
  });
  window.addEventListener('submit', beforeSending, { capture: true });
  // The fields are emptied only when every listener has had its turn, and may be left as they are.
  window.addEventListener('reset', ({ target }) => {
    window.setTimeout(() => {
      const state = sync.getState();
      if (state && isOurs(target)) reconcileForm(target, state.platform);
      renderPage();
    });
  });

  function draw(form: HTMLFormElement): void {
    const state = sync.getState();
    if (!state) return;
    // It may have come into the page after the switch.
    if (hasUnsentText(form)) bindForm(form, state.platform);
    const stand = bindingOf(form);
    const { id = null } = stand?.platform ?? state.platform ?? {};
    namePlatform(form, id);
    setPinned(form, stand?.pinned ?? false);
    if (!stand || stand.pinned) removePlatformQuestion(form);
    else showPlatformQuestion(form, stand.platform.name, state.platform?.name ?? null, (answer) => take(form, answer));
  }

  function take(form: HTMLFormElement, answer: Answer): void {
    const stand = bindingOf(form);
    if (answer === 'move') followActivePlatform(form, sync.getState()?.platform ?? null);
    else if (stand) stand.pinned = true;
    renderPage();
    // The button that had the focus is gone.
    unsentField(form)?.focus();
  }

  function beforeSending(event: SubmitEvent): void {
    const form = event.target;
    if (!isOurs(form)) return;
    problem.remove();
    const state = sync.getState();
    if (state && !sync.isFresh()) {
      hold(event);
      void lookAndSend(form, event.submitter);
      return;
    }
    // What is sent now stays with the platform that it shows, also where nothing was written by hand.
    if (state) bindForm(form, state.platform);
    draw(form);
    if (bindingOf(form)?.pinned === false) {
      hold(event);
      focusPlatformQuestion(form);
    } else {
      fillCsrfToken(form, event.submitter);
    }
  }

  async function lookAndSend(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    if (looking) return;
    looking = true;
    const user = sync.getState()?.user.id;
    try {
      await sync.ensureFresh();
      // What one person wrote is not sent as another, nor after the end.
      if (sync.getState()?.user.id === user) form.requestSubmit(submitter);
    } catch (error) {
      problem.textContent = `${(error as Error).message}: nothing was sent.`;
      form.append(problem);
    }
    looking = false;
  }
}

function hold(event: SubmitEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function isOurs(target: EventTarget | null): target is HTMLFormElement {
  return target instanceof HTMLFormElement && target.matches(FORMS) && !isManaged(target);
}
