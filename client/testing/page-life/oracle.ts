import type { Sent } from './site';

/** For each element, the part that it renders exactly once. */
const DRAWN: Record<string, string> = {
  'vf-platform-switcher': '.vf-switcher-button',
  'vf-session-menu': '.vf-menu-button',
  'vf-composer': 'form.vf-composer',
  'vf-expiry-dialog': 'dialog',
  'vf-toasts': '[role="status"]',
  'form[data-platform-aware]': '.platform-question',
};
const TOKEN = /t\d+;/g;

/**
 * Records what the user has seen, and checks what is sent. Each text begins with a token of its own, which identifies
 * the platform that it was begun for in copies, snapshots and drafts, too.
 */
export class Oracle {
  readonly problems: string[] = [];
  private readonly allowed = new Map<string, Set<number>>();

  /** @param shown the platform that the form shows when the first letter is typed; null: none */
  begin(shown: number | null): string {
    const token = `t${this.allowed.size};`;
    this.allowed.set(token, new Set(shown === null ? [] : [shown]));
    return token;
  }

  /** The user has decided that this text goes to another platform. */
  moved(text: string, to: number): void {
    for (const token of text.match(TOKEN) ?? []) this.allowed.get(token)?.add(to);
  }

  check({ platformId, content }: Sent): void {
    for (const token of content.match(TOKEN) ?? []) {
      if (platformId !== null && this.allowed.get(token)?.has(platformId)) continue;
      const begun = [...(this.allowed.get(token) ?? [])];
      this.problems.push(`"${content}", begun for ${begun}, was sent to ${platformId}`);
    }
  }

  checkDrawn(document: Document): void {
    for (const [selector, part] of Object.entries(DRAWN)) {
      for (const element of document.querySelectorAll(selector)) {
        const { length } = element.querySelectorAll(part);
        if (length > 1) this.problems.push(`${selector} is drawn ${length} times`);
      }
    }
  }

  /** Checks, when nothing is pending, that the page shows the session. */
  checkShown(document: Document, username: string, platformName: string): void {
    const expectText = (selector: string, text: string) => {
      for (const element of document.querySelectorAll(selector)) {
        if (!element.textContent?.includes(text))
          this.problems.push(`${selector} says "${element.textContent}", not "${text}"`);
      }
    };
    expectText('header [data-user-info="username"]', username);
    expectText('header [data-platform-info="name"]', platformName);
    expectText('vf-platform-switcher', platformName);
    expectText('vf-session-menu', username);
  }
}
