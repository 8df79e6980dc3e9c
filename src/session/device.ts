/** Which browser a request comes from, and whether it is the same one. Pure. */
import Bowser from 'bowser';

/** The same few agents come again and again, and telling them apart costs more than the rest of a request. */
const REMEMBERED = 1000;
const names = new Map<string, string>();

/** "Firefox on Linux"; what cannot be told is left out. */
export function toDeviceName(userAgent: string): string {
  const known = names.get(userAgent);
  if (known !== undefined) return known;
  const name = parse(userAgent);
  if (names.size >= REMEMBERED) names.clear();
  names.set(userAgent, name);
  return name;
}

function parse(userAgent: string): string {
  if (!userAgent) return 'Unknown device';
  const { browser, os } = Bowser.parse(userAgent);
  if (!browser.name) return userAgent.slice(0, 60);
  return os.name ? `${browser.name} on ${os.name}` : browser.name;
}

/**
 * Whether both agents can be the same device: a browser by its name and system, so that an update changes nothing, and
 * a program by what stands before its version. A browser and a program are never compared: a program that signs in and
 * shares its session with a browser does so on purpose, and a thief with a program can name any browser it likes.
 * @param stored as it was at the sign-in, at most 512 characters
 * @param given as it is now; an empty one tells nothing
 */
export function isSameDevice(stored: string, given: string): boolean {
  const now = given.slice(0, 512);
  if (now === stored || now === '' || stored === '') return true;
  if (isBrowser(stored) !== isBrowser(now)) return true;
  return isBrowser(now) ? toDeviceName(stored) === toDeviceName(now) : product(stored) === product(now);
}

/** Every browser has said so since Netscape. */
function isBrowser(userAgent: string): boolean {
  return userAgent.startsWith('Mozilla/');
}

function product(userAgent: string): string {
  return userAgent.split('/')[0]!;
}
