import { CHARACTERS_PER_URL, characters, NEAR, postLength, VERY_NEAR } from '../../src/protocol/post-length';
import type { SessionSync } from '../core/session-sync';
import { readTopLevelDomains, topLevelDomains } from '../core/top-level-domains';
import type { Field } from './form-fields';
import { platformFor } from './form-platform-binding';
import { announce } from './live-region';
import { findAll, registerRenderer } from './page';

const FIELDS = 'textarea[data-char-limit], input[data-char-limit]';
const LEVELS = [NEAR, VERY_NEAR, 0];

/**
 * Counts as the instance does, and never truncates: a text that is too long stays whole and is not sent. Screen
 * readers announce thresholds near the limit, not each key.
 */
export function startCharacterCounters(sync: SessionSync): void {
  const levels = new WeakMap<Field, number>();
  const fields = () => findAll<Field>(FIELDS);

  registerRenderer(() => {
    const all = fields();
    all.forEach(count);
    if (all.length > 0 && !topLevelDomains()) void readTopLevelDomains().then(() => fields().forEach(count));
  });
  document.addEventListener('input', ({ target }) => {
    // The content warning counts too.
    const { form = null } = target as Partial<Field>;
    for (const field of fields()) if (field.form === form) count(field);
  });

  function count(field: Field): void {
    const platform = platformFor(field, sync.getState()?.platform ?? null);
    // The platform's own limit if it is known, else the page's.
    const limit = platform?.maxCharacters ?? Number(field.dataset.charLimit);
    if (!limit) return;
    const perUrl = platform?.charactersPerUrl === undefined ? CHARACTERS_PER_URL : platform.charactersPerUrl;
    const left = limit - postLength(field.value, warningOf(field), perUrl, topLevelDomains());
    const words = left < 0 ? `${characters(-left)} over the limit` : `${characters(left)} remaining`;
    field.removeAttribute('maxlength');
    showCount(counterOf(field), limit, left, words);
    warn(field, left, words);
  }

  function warn(field: Field, left: number, words: string): void {
    const level = LEVELS.filter((bound) => left < bound).length;
    const before = levels.get(field) ?? 0;
    levels.set(field, level);
    if (level > before) announce(words);
    // Validity messages that other scripts have set are not cleared.
    if (left < 0) field.setCustomValidity(words);
    else if (before === LEVELS.length) field.setCustomValidity('');
  }
}

function warningOf(field: Field): string {
  const warning = field.form?.querySelector<Field>('[name="spoiler_text"]');
  return warning && warning !== field ? warning.value : '';
}

/** The nearest counter: one in the same row before one in the same form. */
function counterOf(field: Field): HTMLElement | null {
  for (let around = field.parentElement; around; around = around.parentElement) {
    const counter = around.querySelector<HTMLElement>('.char-counter');
    if (counter || around === field.form) return counter;
  }
  return null;
}

function showCount(counter: HTMLElement | null, limit: number, left: number, words: string): void {
  if (!counter) return;
  counter.dataset.max = String(limit);
  if (counter.textContent !== words) counter.textContent = words;
  counter.classList.toggle('text-warning', left < NEAR);
  counter.classList.toggle('text-danger', left < VERY_NEAR);
}
