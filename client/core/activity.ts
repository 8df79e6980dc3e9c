import type { SessionView } from '../../src/protocol/http';
import type { Environment } from './environment';

const DOINGS = ['pointerdown', 'keydown'] as const;
/** Often enough for an idle limit of hours. */
const AT_MOST_EVERY_MS = 60_000;
/** A short idle limit is told ten times within its span, so that it cannot run out under a busy hand. */
const PARTS_OF_IDLE = 10;

/** Tells the server that there is a person, and not more often than it needs to know. */
export class ActivityWatch {
  private lastToldAt = Number.NEGATIVE_INFINITY;
  private paused = false;

  constructor(
    private readonly env: Environment,
    private readonly session: () => SessionView | null,
    private readonly tell: () => void,
  ) {}

  start(): void {
    for (const name of DOINGS) this.env.window.addEventListener(name, this.seen, { capture: true, passive: true });
  }

  stop(): void {
    for (const name of DOINGS) this.env.window.removeEventListener(name, this.seen, { capture: true });
  }

  /** While the person is being asked whether to stay, only the answer counts. */
  pause(paused: boolean): void {
    this.paused = paused;
  }

  private readonly seen = (event: Event): void => {
    const session = this.session();
    if (!session || this.paused || !this.env.isTrusted(event)) return;
    const since = this.env.now() - this.lastToldAt;
    if (since >= 0 && since < throttle(session)) return;
    this.lastToldAt = this.env.now();
    this.tell();
  };
}

function throttle(session: SessionView): number {
  const idle = Date.parse(session.idle_expires_at) - Date.parse(session.last_activity);
  return Math.min(AT_MOST_EVERY_MS, Math.max(0, idle) / PARTS_OF_IDLE);
}
