import type { DeviceView, PlatformType } from '../../src/protocol/http';

const MOMENT = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const TIME = new Intl.DateTimeFormat('en', { timeStyle: 'short' });

export const formatDateTime = (iso: string): string => MOMENT.format(new Date(iso));
export const formatTime = (iso: string): string => TIME.format(new Date(iso));

const DAY = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });

/** "Today", "Yesterday", "Thursday, November 26". @param start local midnight of the day; milliseconds since 1970 */
export function formatDay(start: number, now = new Date()): string {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const yesterday = new Date(today).setDate(new Date(today).getDate() - 1);
  if (start === today) return 'Today';
  return start === yesterday ? 'Yesterday' : DAY.format(start);
}

/** "1 min 5 s"; never negative. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "5 minutes ago"; "just now" within the first minute. */
export function formatRelativeTime(iso: string, now = Date.now()): string {
  const passed = now - Date.parse(iso);
  const step = STEPS.find(([, ms]) => passed >= ms);
  return step ? RELATIVE.format(-Math.floor(passed / step[1]), step[0]) : 'just now';
}

export const TYPE_NAMES: Record<PlatformType, string> = { mastodon: 'Mastodon', pixelfed: 'Pixelfed' };

/** The host of a URL; the text itself if it is no URL. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** The name that the user gave it, else its browser and system. */
export function deviceName({ name, device }: Pick<DeviceView, 'name' | 'device'>): string {
  return name ?? device;
}

/** `@name@host`, or the part of it that is known. */
export function formatHandle(username: string | null | undefined, instanceUrl: string): string {
  const host = hostOf(instanceUrl);
  return username ? `@${username.replace(/^@/, '')}@${host}` : host;
}

/** "in 5 minutes"; "now" if it is past. */
export function formatTimeUntil(iso: string, now = Date.now()): string {
  const left = Date.parse(iso) - now;
  const step = STEPS.find(([, ms]) => left >= ms);
  if (step) return RELATIVE.format(Math.ceil(left / step[1]), step[0]);
  return left > 0 ? 'within a minute' : 'now';
}
