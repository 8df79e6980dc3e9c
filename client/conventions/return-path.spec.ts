import { clearReturnPath, returnPath, saveReturnPath } from './return-path';

const HERE = 'https://here.example';

/** @param storage sessionStorage of the tab */
function tabAt(pathname: string, storage: Partial<Storage>): void {
  Object.assign(globalThis, { window: { location: { origin: HERE, pathname }, sessionStorage: storage } });
}

function keeping(kept: string | null) {
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value;
    },
    removeItem: () => {
      kept = null;
    },
  };
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'window');
});

it('is the page that the user was on, until it is cleared', () => {
  tabAt('/devices', keeping(null));
  expect(returnPath(7)).toBe(`${HERE}/`);
  saveReturnPath(7);
  expect(returnPath(7)).toBe(`${HERE}/devices`);
  expect(returnPath(70)).toBe(`${HERE}/`);
  clearReturnPath();
  expect(returnPath(7)).toBe(`${HERE}/`);
});

it.each([
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https:evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  'blob:http://evil.example/1',
  '@evil.example',
  '.evil.example',
  ':80@evil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  '/..//evil.example',
  '/\t/evil.example',
  '?evil.example',
  '#evil.example',
])('is on this site, whatever is stored: %s', (kept) => {
  for (const whole of [kept, `7 ${kept}`]) {
    tabAt('/', keeping(whole));
    const { origin, href } = new URL(returnPath(7));
    expect([origin, href.startsWith(`${HERE}/`)]).toEqual([HERE, true]);
  }
});

it('is the home page if the browser refuses storage', () => {
  tabAt('/devices', {});
  const get = () => {
    throw new Error('closed');
  };
  Object.defineProperty(window, 'sessionStorage', { get });
  saveReturnPath(7);
  clearReturnPath();
  expect(returnPath(7)).toBe(`${HERE}/`);
});
