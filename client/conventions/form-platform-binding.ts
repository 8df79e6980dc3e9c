import type { PlatformType } from '../../src/protocol/http';
import type { PlatformDetail } from '../core/event-details';
import { hasUnsentText, isPinned, namedPlatform, namePlatform } from './form-fields';

/** Of a platform that was never active while this page was open, and is not looked up yet, only the form can tell more. */
export type KnownPlatform = Pick<PlatformDetail, 'id'> & Partial<PlatformDetail>;

/** The platform that the text of a form was begun for. */
export interface FormBinding {
  /** Null: nothing told for which it was begun. */
  platformId: number | null;
  /** The person has chosen it, whatever is active. */
  pinned: boolean;
}

const bindings = new WeakMap<HTMLFormElement, FormBinding>();
/** Forms that have been in the page while it knew its session. */
const entered = new WeakSet<HTMLFormElement>();
/** By id: what was active once, or was looked up, and may be what a form was begun for. */
const knownPlatforms = new Map<number, PlatformDetail>();

export function rememberPlatform(active: PlatformDetail | null): void {
  if (active) knownPlatforms.set(active.id, active);
}

/** Whether its name and its limits can be told. */
export function isKnownPlatform(id: number): boolean {
  return knownPlatforms.has(id);
}

export function bindingOf(form: HTMLFormElement): FormBinding | undefined {
  return bindings.get(form);
}

/** Whether the person must say first where the text goes. */
export function needsDecision(form: HTMLFormElement, active: PlatformDetail | null): boolean {
  const binding = bindings.get(form);
  return binding !== undefined && !binding.pinned && binding.platformId !== (active?.id ?? null);
}

/** The platform that a part of the page is about: its form's own, else the active one. */
export function platformFor(element: Element, active: PlatformDetail | null): KnownPlatform | null {
  const form = element.closest<HTMLFormElement>('form[data-platform-aware]');
  if (!form) return active;
  const binding = bindings.get(form);
  const id = binding ? binding.platformId : namedPlatform(form);
  if (id === active?.id || (id === null && !binding)) return active;
  return id === null ? null : describePlatform(form, id);
}

/** The first look at a form, which may have come into the page at any time: one without text goes where the page is. */
export function enterForm(form: HTMLFormElement, active: PlatformDetail | null): void {
  if (entered.has(form)) return;
  entered.add(form);
  if (hasUnsentText(form)) bindForm(form);
  else if (namedPlatform(form) === null) followActivePlatform(form, active);
}

/** The session is on `active` now: a form without text goes along, one with text stays where it was begun. */
export function reconcileForm(form: HTMLFormElement, active: PlatformDetail | null): void {
  if (!hasUnsentText(form)) return void followActivePlatform(form, active);
  bindForm(form);
  const binding = bindings.get(form);
  if (binding && binding.platformId === active?.id) binding.pinned = false;
}

/** From its first letter on, the text of a form belongs to the platform that the form names then. */
export function bindForm(form: HTMLFormElement): void {
  if (bindings.has(form)) return;
  bindings.set(form, { platformId: namedPlatform(form), pinned: isPinned(form) });
}

/** What is written in it was begun for nothing that was shown. */
export function bindToNone(form: HTMLFormElement): void {
  bindings.set(form, { platformId: null, pinned: false });
}

export function followActivePlatform(form: HTMLFormElement, active: PlatformDetail | null): void {
  bindings.delete(form);
  namePlatform(form, active?.id ?? null);
  if (!active || !form.dataset.platformName) return;
  // What it says of the platform that it was made for, it says of the one that it is for now.
  const { id, name, type } = active;
  Object.assign(form.dataset, { platformId: id, platformName: name, platformType: type });
}

/** As far as it is known; by the form's own words where it was never active here. */
export function describePlatform(form: HTMLFormElement, id: number): KnownPlatform {
  const { platformName: name, platformType } = form.dataset;
  const told = { id, name, ...(platformType ? { type: platformType as PlatformType } : {}) };
  return knownPlatforms.get(id) ?? told;
}
