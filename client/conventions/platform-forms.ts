import { HEADERS, type PlatformView } from '../../src/protocol/http';
import { platformDetail } from '../core/event-details';
import type { SessionSync } from '../core/session-sync';
import {
  type Field,
  fillCsrfToken,
  forgetInput,
  hasUnsentInput,
  namedPlatform,
  namePlatform,
  recordInput,
  setPinned,
  unsentField,
} from './form-fields';
import {
  bindForm,
  bindingOf,
  bindToNone,
  describePlatform,
  enterForm,
  followActivePlatform,
  isKnownPlatform,
  needsDecision,
  reconcileForm,
  rememberPlatform,
} from './form-platform-binding';
import { findAll, isManaged, onChange, registerRenderer, renderPage } from './page';
import { type Answer, focusPlatformQuestion, removePlatformQuestion, showPlatformQuestion } from './platform-question';

const FORMS = 'form[data-platform-aware]';
const SESSION_ENDED = 'Your session has ended: nothing was sent. Sign in again, and send it then.';
const NO_PLATFORM = 'It is not known for which platform this is: nothing was sent.';

/**
 * A form marked `data-platform-aware` follows the active platform as long as it is empty. Text that was written for
 * one account is not sent as another without a question: such a form asks, and sends nothing until the user has
 * answered. A page that may have missed a switch, for example while the computer was asleep, reads the state before it
 * sends.
 */
export function startPlatformForms(sync: SessionSync): void {
  const forms = () => findAll<HTMLFormElement>(FORMS);
  const lookedUp = new Set<number>();
  /** The session of this page has ended, and there is no new one yet. */
  let ended = false;
  let refreshing = false;
  const problem = document.createElement('p');
  problem.setAttribute('role', 'alert');

  // Synchronously, before a script of the page writes the new platform into every form.
  onChange(sync, () => {
    const state = sync.getState();
    if (!state) return;
    ended = false;
    rememberPlatform(state.platform);
    for (const form of forms()) reconcileForm(form, state.platform);
  });
  sync.on('sessionExpired', () => {
    ended = true;
  });
  registerRenderer(() => {
    for (const form of forms()) render(form);
  });
  for (const name of ['focusin', 'input']) window.addEventListener(name, beginInput, { capture: true });
  window.addEventListener('submit', beforeSubmit, { capture: true });
  // The browser clears the fields after all `reset` listeners have run, and not if one of them prevents it.
  window.addEventListener('reset', (event) => {
    const { target } = event;
    window.setTimeout(() => {
      const state = sync.getState();
      if (!isOurs(target)) return;
      if (!event.defaultPrevented) forgetInput(target);
      if (state) reconcileForm(target, state.platform);
      renderPage();
    });
  });

  function render(form: HTMLFormElement): void {
    const state = sync.getState();
    if (!state) return;
    const { platform: active, tabPinned } = state;
    enterForm(form, active);
    const binding = bindingOf(form);
    void lookUp(namedPlatform(form));
    if (binding) namePlatform(form, binding.platformId);
    setPinned(form, binding?.pinned ?? tabPinned);
    if (!needsDecision(form, active)) removePlatformQuestion(form);
    else {
      const id = binding?.platformId;
      const from = id ? (describePlatform(form, id).name ?? 'the account it was begun for') : null;
      showPlatformQuestion(form, from, active?.name ?? null, (answer) => take(form, answer));
    }
  }

  /** A form that the server rendered may name a platform that was never active in this page. */
  async function lookUp(id: number | null): Promise<void> {
    if (id === null || isKnownPlatform(id) || lookedUp.has(id)) return;
    lookedUp.add(id);
    const platform = await sync
      .request<PlatformView>('GET', `/api/platforms/${id}`, { background: true })
      .catch(() => null);
    if (!platform) return;
    rememberPlatform(platformDetail(platform));
    renderPage();
  }

  function take(form: HTMLFormElement, answer: Answer): void {
    const binding = bindingOf(form);
    if (answer === 'move') followActivePlatform(form, sync.getState()?.platform ?? null);
    else if (binding) binding.pinned = true;
    renderPage();
    // The button that had the focus was removed.
    unsentField(form)?.focus();
  }

  /** A form may get the attribute after it was inserted. */
  function beginInput({ target, type }: Event): void {
    if (!(target instanceof HTMLElement)) return;
    // A control may be outside of its form, and within another one.
    const all = forms();
    const isOwned = Boolean((target as Partial<Field>).form);
    const form =
      all.find((each) => Array.from(each.elements).includes(target)) ??
      all.find((each) => !isOwned && each.contains(target));
    const state = sync.getState();
    if (!form) return;
    if (type === 'input') {
      recordInput(form, target);
      // After the end of the session no platform is shown.
      if (ended) bindToNone(form);
    }
    if (!state || bindingOf(form)) return;
    enterForm(form, state.platform);
    if (hasUnsentInput(form)) bindForm(form);
    renderPage();
  }

  function beforeSubmit(event: SubmitEvent): void {
    const form = event.target;
    if (!isOurs(form)) return;
    problem.remove();
    if (ended) {
      preventSubmit(event);
      showProblem(form, SESSION_ENDED);
      return;
    }
    if (isBehind()) {
      preventSubmit(event);
      void refreshAndSubmit(form, event.submitter);
      return;
    }
    const state = sync.getState();
    // From here on the form keeps the platform that it shows, even if the user has typed nothing.
    if (state) {
      enterForm(form, state.platform);
      bindForm(form);
      render(form);
    }
    if (state && needsDecision(form, state.platform)) {
      preventSubmit(event);
      focusPlatformQuestion(form);
    } else if (namedPlatform(form) === null) {
      preventSubmit(event);
      showProblem(form, NO_PLATFORM);
    } else {
      fillCsrfToken(form, event.submitter, sync.headers()[HEADERS.csrf]);
    }
  }

  /** True before the first state, too: the platform of the form is not known then. */
  function isBehind(): boolean {
    return sync.getConnectionStatus() !== 'none' && !sync.isFresh();
  }

  async function refreshAndSubmit(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    if (refreshing) return;
    refreshing = true;
    const user = sync.getState()?.user.id;
    try {
      await sync.ensureFresh();
      // The text of one user is not sent as another, nor after the session has ended.
      if (sync.getState()?.user.id === (user ?? sync.getState()?.user.id)) form.requestSubmit(submitter);
    } catch (error) {
      showProblem(form, `${(error as Error).message}: nothing was sent.`);
    }
    refreshing = false;
  }

  function showProblem(form: HTMLFormElement, words: string): void {
    problem.textContent = words;
    form.append(problem);
  }
}

function preventSubmit(event: SubmitEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function isOurs(target: EventTarget | null): target is HTMLFormElement {
  return target instanceof HTMLFormElement && target.matches(FORMS) && !isManaged(target);
}
