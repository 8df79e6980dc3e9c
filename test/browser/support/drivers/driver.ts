/**
 * What the tests of all browsers need of a driver. Chromium and Firefox are driven by puppeteer, WebKit by WebDriver.
 */

/** Names as in `KeyboardEvent.key`. */
export type Key = 'ArrowDown' | 'End' | 'Enter' | 'Escape' | 'Home' | 'Tab';

export interface DrivenTab {
  /** Resolves when the page has loaded. */
  open(url: string): Promise<void>;
  /** @param expression evaluated in the page; a promise is awaited */
  evaluate<T>(expression: string): Promise<T>;
  /** A real click, with the tab in front. @param element an expression */
  click(element: string): Promise<void>;
  /** Types into the focused element. */
  type(text: string): Promise<void>;
  press(key: Key): Promise<void>;
  /** A screenshot of the visible part, as a data URL of a PNG. */
  picture(): Promise<string>;
  close(): Promise<void>;
}

export interface DrivenBrowser {
  /** Removes cookies, storage and other tabs. @param cookies for `url`, in the format of a request header */
  reset(url: string, cookies: string): Promise<void>;
  newTab(): Promise<DrivenTab>;
  stop(): Promise<void>;
}

export function cookiePairs(cookies: string): { name: string; value: string }[] {
  return cookies
    .split('; ')
    .filter(Boolean)
    .map((pair) => {
      const [name, value] = pair.split('=') as [string, string];
      return { name, value };
    });
}

export const pngUrl = (base64: string): string => `data:image/png;base64,${base64}`;
