/** Identifies the browser behind a user agent, and whether two are the same. Pure. */
import Bowser from 'bowser';

interface Known {
  /** For display. */
  name: string;
  /** Equal for all user agents that one device may send. */
  kind: string;
}

/** Parsed user agents are cached: parsing costs more than the rest of a request. */
const MAX_REMEMBERED_NAMES = 1000;
const known = new Map<string, Known>();

/** The system that a phone's or tablet's browser names when "desktop site" is turned on. */
const DESKTOP_OF: Readonly<Record<string, string>> = { Android: 'Linux', iOS: 'macOS' };

/** For example "Firefox on Linux"; unknown parts are left out. */
export function toDeviceName(userAgent: string): string {
  return knownOf(userAgent).name;
}

function knownOf(userAgent: string): Known {
  const found = known.get(userAgent);
  if (found) return found;
  const parsed = parse(userAgent);
  if (known.size >= MAX_REMEMBERED_NAMES) known.clear();
  known.set(userAgent, parsed);
  return parsed;
}

function parse(userAgent: string): Known {
  if (!userAgent) return { name: 'Unknown device', kind: '' };
  const { browser, os } = Bowser.parse(userAgent);
  const name = browser.name || userAgent.slice(0, 60);
  if (!browser.name || !os.name) return { name, kind: name };
  return { name: `${name} on ${os.name}`, kind: `${name} on ${DESKTOP_OF[os.name] ?? os.name}` };
}

/**
 * Whether both user agents can be the same device. Browsers are compared by name and system, so that updates and
 * "desktop site" do not matter; programs by the product name before the version. A program that signs in may hand its
 * session to a browser, but not the reverse: browsers always identify themselves, so a program with a browser's cookie
 * has stolen it.
 * @param stored at sign-in, at most 512 characters; an empty one matches any device
 * @param given in this request
 */
export function isSameDevice(stored: string, given: string): boolean {
  const now = given.slice(0, 512);
  if (now === stored || stored === '') return true;
  if (isBrowser(stored)) return isBrowser(now) && knownOf(stored).kind === knownOf(now).kind;
  return now === '' || isBrowser(now) || product(stored) === product(now);
}

/** All browsers send this prefix, for historical reasons. */
function isBrowser(userAgent: string): boolean {
  return userAgent.startsWith('Mozilla/');
}

function product(userAgent: string): string {
  return userAgent.split('/')[0]!;
}
