import { isSameDevice, toDeviceName } from './device';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
const FIREFOX_UPDATED = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const CHROME_WINDOWS = CHROME.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64');

describe('toDeviceName', () => {
  it.each([
    [FIREFOX, 'Firefox on Linux'],
    [CHROME_WINDOWS, 'Chrome on Windows'],
    ['phone', 'phone'],
    ['', 'Unknown device'],
    ['x'.repeat(500), 'x'.repeat(60)],
  ])('of %s is %s', (agent, name) => expect(toDeviceName(agent)).toBe(name));

  it('remembers a bounded number of agents and stays right', () => {
    for (let index = 0; index < 5000; index++) expect(toDeviceName(`agent-${index}`)).toBe(`agent-${index}`);
  });
});

describe('isSameDevice', () => {
  it.each([
    ['the same', FIREFOX, FIREFOX],
    ['an update of the browser', FIREFOX, FIREFOX_UPDATED],
    ['a request that says nothing', FIREFOX, ''],
    ['a sign-in that said nothing', '', CHROME],
    ['a program that was updated', 'curl/8.1', 'curl/8.2'],
    ['a program that shares its session with a browser', 'tests/1', CHROME],
    ['longer than what is kept', `curl/${'x'.repeat(600)}`.slice(0, 512), `curl/${'x'.repeat(600)}`],
  ])('lets pass: %s', (_, stored, given) => expect(isSameDevice(stored, given)).toBe(true));

  it.each([
    ['another browser', FIREFOX, CHROME],
    ['another system', CHROME, CHROME_WINDOWS],
    ['another program', 'curl/8.1', 'python-requests/2.31.0'],
  ])('stops: %s', (_, stored, given) => expect(isSameDevice(stored, given)).toBe(false));
});
