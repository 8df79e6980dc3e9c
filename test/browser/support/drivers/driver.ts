/** What a test of every browser may ask of one. Chromium and Firefox are driven by puppeteer, WebKit by WebDriver. */

/** By their names in `KeyboardEvent.key`. */
export type Key = 'ArrowDown' | 'End' | 'Enter' | 'Escape' | 'Home' | 'Tab';

export interface DrivenTab {
  /** Resolves when the page has loaded. */
  open(url: string): Promise<void>;
  /** @param expression in the page; a promise is waited for */
  evaluate<T>(expression: string): Promise<T>;
  /** As a person does, with the tab in front. @param element an expression */
  click(element: string): Promise<void>;
  /** Into what has the focus. */
  type(text: string): Promise<void>;
  press(key: Key): Promise<void>;
  /** What is seen of it, as a data URL of a PNG. */
  picture(): Promise<string>;
  close(): Promise<void>;
}

export interface DrivenBrowser {
  /** Forgets cookies, storage and tabs of before. @param cookies of `url`, as a request has them */
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
