import { isSameDevice, toDeviceName } from './device';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
const FIREFOX_UPDATED = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const CHROME_WINDOWS = CHROME.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64');

const CHROME_PHONE = CHROME.replace('X11; Linux x86_64', 'Linux; Android 10; K').replace('Safari', 'Mobile Safari');
const FIREFOX_PHONE = 'Mozilla/5.0 (Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0';
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15';
const MOBILE_SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

describe('toDeviceName', () => {
  it.each([
    [FIREFOX, 'Firefox on Linux'],
    [CHROME_WINDOWS, 'Chrome on Windows'],
    [CHROME_PHONE, 'Chrome on Android'],
    [MOBILE_SAFARI, 'Safari on iOS'],
    ['phone', 'phone'],
    ['', 'Unknown device'],
    ['x'.repeat(500), 'x'.repeat(60)],
  ])('of %s is %s', (agent, name) => expect(toDeviceName(agent)).toBe(name));

  it('caches a limited number of agents and still returns correct names', () => {
    for (let index = 0; index < 5000; index++) expect(toDeviceName(`agent-${index}`)).toBe(`agent-${index}`);
  });
});

describe('isSameDevice', () => {
  it.each([
    ['the same', FIREFOX, FIREFOX],
    ['an update of the browser', FIREFOX, FIREFOX_UPDATED],
    ['a program that says nothing any more', 'curl/8.1', ''],
    ['a phone that asks for the desktop site', CHROME_PHONE, CHROME],
    ['and back again', CHROME, CHROME_PHONE],
    ['the same with another browser', FIREFOX_PHONE, FIREFOX],
    ['an iPhone, or an iPad as it is set from the start', MOBILE_SAFARI, SAFARI],
    ['a sign-in that said nothing', '', CHROME],
    ['a program that was updated', 'curl/8.1', 'curl/8.2'],
    ['a program that shares its session with a browser', 'tests/1', CHROME],
    ['longer than what is kept', `curl/${'x'.repeat(600)}`.slice(0, 512), `curl/${'x'.repeat(600)}`],
  ])('lets pass: %s', (_, stored, given) => expect(isSameDevice(stored, given)).toBe(true));

  it.each([
    ['another browser', FIREFOX, CHROME],
    ['another system', CHROME, CHROME_WINDOWS],
    ['another browser on a phone', CHROME_PHONE, FIREFOX],
    ['another phone', CHROME_PHONE, MOBILE_SAFARI],
    ['a phone and a computer that it never claims to be', CHROME_PHONE, CHROME_WINDOWS],
    ['a phone of the one kind and a computer of the other', MOBILE_SAFARI, CHROME],
    ['another program', 'curl/8.1', 'python-requests/2.31.0'],
    ['a program with what a browser signed in', FIREFOX, 'curl/8.1'],
    ['a request that says nothing with what a browser signed in', FIREFOX, ''],
  ])('stops: %s', (_, stored, given) => expect(isSameDevice(stored, given)).toBe(false));
});
