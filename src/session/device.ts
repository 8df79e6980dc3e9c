/** Which browser a request comes from, and whether it is the same one. Pure. */
import Bowser from 'bowser';

interface Known {
  /** For people. */
  name: string;
  /** The same for all that one device may say of itself. */
  kind: string;
}

/** The same few agents come again and again, and telling them apart costs more than the rest of a request. */
const MAX_REMEMBERED_NAMES = 1000;
const known = new Map<string, Known>();

/** Asked for a page as a desktop has it, a browser on a phone or a tablet calls itself one on this system. */
const DESKTOP_OF: Readonly<Record<string, string>> = { Android: 'Linux', iOS: 'macOS' };

/** "Firefox on Linux"; what cannot be told is left out. */
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
 * Whether both agents can be the same device: a browser by its name and system, so that an update or a wish for the
 * desktop's page changes nothing, and a program by what stands before its version. A program that signs in may hand its
 * session to a browser; what a browser has signed in stays with browsers, which always say who they are: a program that
 * has its cookie has stolen it.
 * @param stored as it was at the sign-in, at most 512 characters; an empty one told nothing
 * @param given as it is now
 */
export function isSameDevice(stored: string, given: string): boolean {
  const now = given.slice(0, 512);
  if (now === stored || stored === '') return true;
  if (isBrowser(stored)) return isBrowser(now) && knownOf(stored).kind === knownOf(now).kind;
  return now === '' || isBrowser(now) || product(stored) === product(now);
}

/** Every browser has said so since Netscape. */
function isBrowser(userAgent: string): boolean {
  return userAgent.startsWith('Mozilla/');
}

function product(userAgent: string): string {
  return userAgent.split('/')[0]!;
}
