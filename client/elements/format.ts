import type { PlatformType } from '../../src/protocol/http';

const MOMENT = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const TIME = new Intl.DateTimeFormat('en', { timeStyle: 'short' });

export const moment = (iso: string): string => MOMENT.format(new Date(iso));
export const timeOfDay = (iso: string): string => TIME.format(new Date(iso));

/** "1 min 5 s"; never below zero. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

export const TYPE_NAMES: Record<PlatformType, string> = { mastodon: 'Mastodon', pixelfed: 'Pixelfed' };
