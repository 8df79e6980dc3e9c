import type { PlatformType } from '../../src/protocol/http';
import type { PlatformDetail } from '../core/details';
import { hasUnsentText, isPinned, namedPlatform, namePlatform } from './form-fields';

/** Id and name at least: of a platform that was never active while this page was open only the form can tell more. */
export type KnownPlatform = Pick<PlatformDetail, 'id' | 'name'> & Partial<PlatformDetail>;

/** Where a form stays while the session is on another platform. */
export interface Stand {
  platform: KnownPlatform;
  /** The person has said so. Until then it is a question. */
  pinned: boolean;
}

const stands = new WeakMap<HTMLFormElement, Stand>();
/** By id: what was active once, and may be what a form was begun for. */
const seen = new Map<number, PlatformDetail>();

export function remember(active: PlatformDetail | null): void {
  if (active) seen.set(active.id, active);
}

export function standOf(form: HTMLFormElement): Stand | undefined {
  return stands.get(form);
}

/** The platform that a part of the page is about: its form's own, else the active one. */
export function platformAt(element: Element, active: PlatformDetail | null): KnownPlatform | null {
  const form = element.closest('form');
  return (form && stands.get(form)?.platform) ?? active;
}

/** The session is on `active` now: a form without text goes along, one with text stays where it was begun. */
export function settle(form: HTMLFormElement, active: PlatformDetail | null): void {
  const stand = stands.get(form);
  if (!hasUnsentText(form) || (stand && stand.platform.id === active?.id)) follow(form, active);
  else stay(form, active);
}

/** Keeps a form where it is, if that is not where the session is. */
export function stay(form: HTMLFormElement, active: PlatformDetail | null): void {
  const id = namedPlatform(form);
  if (stands.has(form) || id === null || id === active?.id) return;
  const { platformName: name = 'the account it was begun for', platformType } = form.dataset;
  const told = { id, name, ...(platformType ? { type: platformType as PlatformType } : {}) };
  stands.set(form, { platform: seen.get(id) ?? told, pinned: isPinned(form) });
}

export function follow(form: HTMLFormElement, active: PlatformDetail | null): void {
  stands.delete(form);
  namePlatform(form, active?.id ?? null);
  if (!active || !form.dataset.platformName) return;
  // What it says of the platform that it was made for, it says of the one that it is for now.
  const { id, name, type } = active;
  Object.assign(form.dataset, { platformId: id, platformName: name, platformType: type });
}
