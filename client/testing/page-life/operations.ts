import type { Life } from './life';

/**
 * Events of a page's life, caused by a script, a router, the user or the server; an entry's frequency in the list is
 * its weight.
 */
export type Operation = (life: Life) => void;

const TAGS = ['vf-platform-switcher', 'vf-session-menu', 'vf-composer', 'vf-toasts', 'vf-expiry-dialog'];

const insertForm: Operation = (life) => {
  const { id, name } = life.pick(life.site.platforms);
  const isAware = life.chance(0.9);
  const named = isAware && life.chance(0.4);
  const shown = named ? name : '';
  // Like a form that the server returns with a rejected post.
  const text = life.chance(0.15) ? life.oracle.begin(named ? id : null) : '';
  const inAction = named && life.chance(0.3);
  const field =
    life.chance(0.8) && !inAction ? `<input type="hidden" name="platform_id" value="${named ? id : ''}">` : '';
  life.place().insertAdjacentHTML(
    'beforeend',
    `<form ${isAware ? 'data-platform-aware' : ''} action="${inAction ? `/platform/${id}/post` : '/create_post'}">
      ${field}<b data-platform-info="name">${field || inAction ? shown : ''}</b>
      <textarea name="content">${field || inAction || !text ? text : life.oracle.begin(null)}</textarea><button>Post</button>
    </form>`,
  );
};

const insertElement: Operation = (life) => life.place().append(life.document.createElement(life.pick(TAGS)));

const move: Operation = (life) => {
  const [what, where] = [life.anyPart(), life.place()];
  if (!what || what.contains(where)) return;
  const atomic = where as Element & { moveBefore?(node: Element, before: Node | null): void };
  if (atomic.moveBefore && life.chance(0.3)) atomic.moveBefore(what, null);
  else where.insertBefore(what, where.firstChild);
};

const clone: Operation = (life) => {
  const part = life.anyPart();
  if (part) life.place().append(part.cloneNode(true));
};

const remove: Operation = (life) => {
  const part = life.anyPart();
  part?.remove();
  if (part) life.removed.push(part);
};

const bringBack: Operation = (life) => {
  const part = life.removed.pop();
  if (part) life.place().append(part);
};

/** A snapshot as htmx (HTML) or Turbo (cloned nodes) keeps it. */
const snapshot: Operation = (life) => {
  const { main } = life;
  if (main) life.snapshot = life.chance(0.5) ? main.innerHTML : (main.cloneNode(true) as Element);
};

const restore: Operation = (life) => {
  const { main, snapshot } = life;
  if (!main || snapshot === null) return;
  if (typeof snapshot !== 'string') return main.replaceWith(snapshot.cloneNode(true));
  main.innerHTML = snapshot;
  // A restored text is treated like one in a page from the server: it belongs to the platform that is shown beside it.
  for (const form of main.querySelectorAll('form')) {
    const shown = life.shownIn(form);
    const text = form.querySelector<HTMLTextAreaElement>('[name="content"]')?.value ?? '';
    if (shown !== null) life.oracle.moved(text, shown);
  }
};

const lateScript: Operation = (life) => life.loadNextScript();

const switchElsewhere: Operation = (life) => {
  life.site.switchTo(life.pick(life.site.platforms).id, life.chance(0.85));
};

const switchHere: Operation = (life) => {
  life.sync?.switchPlatform(life.pick(life.site.platforms).id).catch(() => {});
};

const warn: Operation = (life) => life.site.warn();

const answerWarning: Operation = (life) =>
  life.document.querySelector<HTMLElement>('dialog[open] [autofocus]')?.click();

const expireOrSignIn: Operation = (life) => {
  if (life.site.live) return life.site.expire(life.chance(0.7));
  life.site.signIn(life.chance(0.25));
  // Another tab of the browser announces this by a storage event.
  const told = { key: 'vedfolnir_session', newValue: 'another' };
  life.window.dispatchEvent(Object.assign(new life.window.Event('storage'), told));
};

const type: Operation = (life) => {
  const field = life.anyField();
  if (!field) return;
  field.dispatchEvent(new life.window.FocusEvent('focusin', { bubbles: true }));
  field.value += field.value === '' ? life.oracle.begin(life.shownIn(field.form)) : 'y';
  field.dispatchEvent(new life.window.InputEvent('input', { bubbles: true }));
};

const clear: Operation = (life) => {
  const field = life.anyField();
  if (!field) return;
  if (life.chance(0.5)) return field.form?.reset();
  field.value = '';
  if (life.chance(0.5)) field.dispatchEvent(new life.window.InputEvent('input', { bubbles: true }));
};

const send: Operation = (life) => life.anyField()?.form?.requestSubmit();

const answerQuestion: Operation = (life) => {
  const buttons = [...life.document.querySelectorAll<HTMLElement>('.platform-question button, .vf-choice button')];
  const shown = buttons.filter(({ hidden }) => !hidden);
  if (shown.length === 0) return;
  const button = life.pick(shown);
  const [, to] = /^Move to Platform (\d+)$/.exec(button.textContent?.trim() ?? '') ?? [];
  const field = button.closest('form, vf-composer')?.querySelector<HTMLTextAreaElement>('[name="content"]');
  if (to && field) life.oracle.moved(field.value, Number(to));
  button.click();
};

const becomeAware: Operation = (life) => life.anyField()?.form?.setAttribute('data-platform-aware', '');

export const OPERATIONS: Operation[] = [
  ...[insertForm, insertForm, insertElement, insertElement, move, clone, remove, bringBack, snapshot, restore],
  ...[lateScript, lateScript, switchElsewhere, switchElsewhere, switchHere, warn, answerWarning, expireOrSignIn],
  ...[type, type, type, clear, send, send, send, answerQuestion, answerQuestion, becomeAware],
];
