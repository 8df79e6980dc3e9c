import type { PlatformType } from '../../src/protocol/http';
import type { PlatformDetail } from '../core/event-details';
import { hasUnsentInput, isPinned, namedPlatform, namePlatform } from './form-fields';

/** A platform that was never active in this page and is not looked up yet: only the form may have its name and type. */
export type KnownPlatform = Pick<PlatformDetail, 'id'> & Partial<PlatformDetail>;

/** The platform that was shown when the text of a form was begun. */
export interface FormBinding {
  /** Null: no platform was shown when the text was begun. */
  platformId: number | null;
  /** The user has chosen it, whichever platform is active. */
  pinned: boolean;
}

const bindings = new WeakMap<HTMLFormElement, FormBinding>();
/** Forms that were in the page while its session was known. */
const entered = new WeakSet<HTMLFormElement>();
/** Platforms by id that were active once or were looked up: a form may have been begun for them. */
const knownPlatforms = new Map<number, PlatformDetail>();

export function rememberPlatform(active: PlatformDetail | null): void {
  if (active) knownPlatforms.set(active.id, active);
}

/** Whether its name and its limits are known. */
export function isKnownPlatform(id: number): boolean {
  return knownPlatforms.has(id);
}

export function bindingOf(form: HTMLFormElement): FormBinding | undefined {
  return bindings.get(form);
}

/** Whether the user must first say where the text goes. */
export function needsDecision(form: HTMLFormElement, active: PlatformDetail | null): boolean {
  const binding = bindings.get(form);
  return binding !== undefined && !binding.pinned && binding.platformId !== (active?.id ?? null);
}

/** The platform that a part of the page is about: that of its form, else the active one. */
export function platformFor(element: Element, active: PlatformDetail | null): KnownPlatform | null {
  const form = element.closest<HTMLFormElement>('form[data-platform-aware]');
  if (!form) return active;
  const binding = bindings.get(form);
  const id = binding ? binding.platformId : namedPlatform(form);
  if (id === active?.id || (id === null && !binding)) return active;
  return id === null ? null : describePlatform(form, id);
}

/**
 * Handles a form the first time it is seen, at any time after page load: one without text follows the active platform.
 */
export function enterForm(form: HTMLFormElement, active: PlatformDetail | null): void {
  if (entered.has(form)) return;
  entered.add(form);
  if (hasUnsentInput(form)) bindForm(form);
  else if (namedPlatform(form) === null) followActivePlatform(form, active);
}

/** The session has switched to `active`: a form without text follows, one with text keeps its platform. */
export function reconcileForm(form: HTMLFormElement, active: PlatformDetail | null): void {
  if (!hasUnsentInput(form)) return void followActivePlatform(form, active);
  bindForm(form);
  const binding = bindings.get(form);
  if (binding && binding.platformId === active?.id) binding.pinned = false;
}

/** From the first letter on, the text of a form belongs to the platform that the form names at that moment. */
export function bindForm(form: HTMLFormElement): void {
  if (bindings.has(form)) return;
  bindings.set(form, { platformId: namedPlatform(form), pinned: isPinned(form) });
}

/** The text of the form was begun while no platform was shown. */
export function bindToNone(form: HTMLFormElement): void {
  bindings.set(form, { platformId: null, pinned: false });
}

export function followActivePlatform(form: HTMLFormElement, active: PlatformDetail | null): void {
  bindings.delete(form);
  namePlatform(form, active?.id ?? null);
  if (!active || !form.dataset.platformName) return;
  // The form's attributes describe the platform that it is for now.
  const { id, name, type } = active;
  Object.assign(form.dataset, { platformId: id, platformName: name, platformType: type });
}

/** What is known of the platform; the form's own attributes if it was never active in this page. */
export function describePlatform(form: HTMLFormElement, id: number): KnownPlatform {
  const { platformName: name, platformType } = form.dataset;
  const told = { id, name, ...(platformType ? { type: platformType as PlatformType } : {}) };
  return knownPlatforms.get(id) ?? told;
}
