import type { PlatformType } from '../../src/protocol/http';
import type { PlatformDetail } from '../core/event-details';
import { hasUnsentText, isPinned, namedPlatform, namePlatform } from './form-fields';

/** Id and name at least: of a platform that was never active while this page was open only the form can tell more. */
export type KnownPlatform = Pick<PlatformDetail, 'id' | 'name'> & Partial<PlatformDetail>;

/** Where a form stays while the session is on another platform. */
export interface FormBinding {
  platform: KnownPlatform;
  /** The person has said so. Until then it is a question. */
  pinned: boolean;
}

const bindings = new WeakMap<HTMLFormElement, FormBinding>();
/** By id: what was active once, and may be what a form was begun for. */
const knownPlatforms = new Map<number, PlatformDetail>();

export function rememberPlatform(active: PlatformDetail | null): void {
  if (active) knownPlatforms.set(active.id, active);
}

export function bindingOf(form: HTMLFormElement): FormBinding | undefined {
  return bindings.get(form);
}

/** The platform that a part of the page is about: its form's own, else the active one. */
export function platformFor(element: Element, active: PlatformDetail | null): KnownPlatform | null {
  const form = element.closest('form');
  return (form && bindings.get(form)?.platform) ?? active;
}

/** The session is on `active` now: a form without text goes along, one with text stays where it was begun. */
export function reconcileForm(form: HTMLFormElement, active: PlatformDetail | null): void {
  const stand = bindings.get(form);
  if (!hasUnsentText(form) || (stand && stand.platform.id === active?.id)) followActivePlatform(form, active);
  else bindForm(form, active);
}

/** Keeps a form where it is, if that is not where the session is. */
export function bindForm(form: HTMLFormElement, active: PlatformDetail | null): void {
  const id = namedPlatform(form);
  if (bindings.has(form) || id === null || id === active?.id) return;
  const { platformName: name = 'the account it was begun for', platformType } = form.dataset;
  const told = { id, name, ...(platformType ? { type: platformType as PlatformType } : {}) };
  bindings.set(form, { platform: knownPlatforms.get(id) ?? told, pinned: isPinned(form) });
}

export function followActivePlatform(form: HTMLFormElement, active: PlatformDetail | null): void {
  bindings.delete(form);
  namePlatform(form, active?.id ?? null);
  if (!active || !form.dataset.platformName) return;
  // What it says of the platform that it was made for, it says of the one that it is for now.
  const { id, name, type } = active;
  Object.assign(form.dataset, { platformId: id, platformName: name, platformType: type });
}
