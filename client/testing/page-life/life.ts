import { seededRandom } from '../../core/testing/fake-server';
import { OPERATIONS } from './operations';
import { Oracle } from './oracle';
import { Site } from './site';

const SCRIPTS = ['/client/vedfolnir.js', '/client/elements.mjs', '/client/composer.mjs'];
const MOVABLE = 'form, vf-platform-switcher, vf-session-menu, vf-composer, vf-toasts, vf-expiry-dialog';
const PAGE = `<!doctype html><html><head><title>Page</title></head><body>
  <header><b data-user-info="username"></b> <b data-platform-info="name"></b></header>
  <main><section></section><section></section></main></body></html>`;
/** Time limit for the page to show the final state; ms. */
const REST_LIMIT_MS = 3_000;

/** A simulated life of one page, in an iframe of its own. The same seed gives the same life. */
export class Life {
  readonly oracle = new Oracle();
  readonly site: Site;
  /** Removed elements, which may be inserted again. */
  readonly removed: Element[] = [];
  snapshot: string | Element | null = null;
  /** The page has navigated away, or is reloaded for another user: its document is gone. */
  private isLeft = false;
  private readonly frame = document.createElement('iframe');
  private leave = () => {};
  private readonly left = new Promise<void>((resolve) => {
    this.leave = resolve;
  });
  private readonly random: () => number;
  private readonly scripts = [...SCRIPTS];

  constructor(private readonly seed: number) {
    this.random = seededRandom(seed);
    this.site = new Site(seed * 10, later);
  }

  /** @returns the problems found; empty if there were none */
  async run(): Promise<string[]> {
    this.open();
    const steps = 10 + Math.floor(this.random() * 15);
    while (this.random() < 0.6) this.loadNextScript();
    for (let step = 0; step < steps && !this.isLeft; step++) {
      this.pick(OPERATIONS)(this);
      for (let turns = this.random() * 6; turns > 1; turns--) await turn();
      this.check();
    }
    if (!this.isLeft) await this.rest();
    if (!this.isLeft) this.sync?.destroy();
    this.frame.remove();
    return this.oracle.problems.map((problem) => `schedule ${this.seed}: ${problem}`);
  }

  get window(): Window & typeof globalThis {
    return this.frame.contentWindow as Window & typeof globalThis;
  }

  get document(): Document {
    return this.window.document;
  }

  get sync() {
    return this.window.sessionSync as typeof this.window.sessionSync | undefined;
  }

  get main(): Element | null {
    return this.document.querySelector('main:not(#session-ended)');
  }

  pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.random() * all.length)]!;
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  place(): Element {
    return this.pick([...this.document.querySelectorAll('main > section')]) ?? this.document.body;
  }

  anyPart(): Element | undefined {
    const parts = [...this.document.querySelectorAll(MOVABLE)];
    return this.pick(parts.filter((part) => !part.parentElement?.closest(MOVABLE)));
  }

  anyField(): HTMLTextAreaElement | undefined {
    return this.pick([...this.document.querySelectorAll<HTMLTextAreaElement>('form [name="content"]')]);
  }

  /** The platform whose name the form shows. */
  shownIn(form: HTMLFormElement | null): number | null {
    const shown = form?.querySelector('[data-platform-info="name"], .vf-composer-who strong')?.textContent;
    return Number(/^Platform (\d+)$/.exec(shown ?? '')?.[1]) || null;
  }

  loadNextScript(): void {
    const src = this.chance(0.2) ? this.scripts.pop() : this.scripts.shift();
    if (!src) return;
    const script = this.document.createElement('script');
    if (src.endsWith('.mjs')) script.type = 'module';
    script.src = src;
    this.document.documentElement.append(script);
  }

  private open(): void {
    localStorage.clear();
    document.body.append(this.frame);
    const { window } = this;
    this.document.open();
    this.document.write(this.chance(0.3) ? PAGE.replace('<body>', '<body data-session-required>') : PAGE);
    this.document.close();
    this.site.install(window);
    const complain = (what: unknown) => this.oracle.problems.push(`uncaught: ${what}`);
    window.addEventListener('error', ({ message, error }) => complain(error?.stack ?? message));
    window.addEventListener('unhandledrejection', ({ reason }) => complain(reason?.stack ?? reason));
    const left = () => {
      this.isLeft = true;
      this.leave();
    };
    window.addEventListener('pagehide', left);
    // After our own listeners, which prevent what must not be sent.
    window.addEventListener('submit', (event) => this.submitted(event));
  }

  /**
   * A form that no listener has prevented. A form without our script, or one not marked as ours, is refused by the
   * server.
   */
  private submitted(event: SubmitEvent): void {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new this.window.FormData(form);
    const inAction = /\/platform\/(\d+)/.exec(form.getAttribute('action') ?? '')?.[1];
    const platformId = Number(data.get('platform_id') || inAction) || null;
    const isOurs = this.sync && form.matches('[data-platform-aware]');
    if (platformId !== null || isOurs) this.oracle.check({ platformId, content: String(data.get('content')) });
  }

  private check(): void {
    for (const sent of this.site.sent.splice(0)) this.oracle.check(sent);
    this.oracle.checkDrawn(this.document);
  }

  /** Lets everything finish; the page must then show the current state. */
  private async rest(): Promise<void> {
    if (!this.site.live) this.site.signIn(false);
    while (this.scripts.length > 0) this.loadNextScript();
    const until = performance.now() + REST_LIMIT_MS;
    for (;;) {
      await turn();
      await Promise.race([this.sync?.syncSessionState(), this.left]);
      await turn();
      if (this.isLeft) return;
      const problems = this.problemsAtRest();
      if (problems.length === 0) break;
      if (performance.now() < until) continue;
      this.oracle.problems.push(...problems);
      break;
    }
    this.check();
  }

  private problemsAtRest(): string[] {
    // The page was left after its session had ended.
    if (!this.main) return [];
    const state = this.sync?.getState();
    if (!state?.platform) return ['there is no session'];
    const oracle = new Oracle();
    oracle.checkShown(this.document, state.user.username, state.platform.name);
    return oracle.problems;
  }
}

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Runs in another turn of the event loop, without the minimum delay that a browser puts between timers. */
function later(task: () => void): void {
  waiting.push(task);
  channel.port2.postMessage(null);
}

function turn(): Promise<void> {
  return new Promise(later);
}
