import type { Announcer } from './announcer';
import type { ConnectionStatus } from './details';
import type { Environment } from './environment';

/** A leader that goes, or a node that starts anew, is replaced within it: that is not worth a word. */
const PATIENCE_MS = 2_500;

export interface ConnectionHooks {
  /** Whether what the server says gets here at once. */
  live(): boolean;
  /** For so long it does not: what of HTTP? Whatever the answer, `reach` or `look` is called. */
  ask(): void;
  /** The server cannot be reached. */
  lost(): void;
}

/** By which way this tab hears of changes; the page is told when it is another one. */
export class Connection {
  status: ConnectionStatus = 'connecting';
  /** False from a question over HTTP that found nobody, until one is answered. */
  reachable = true;
  private patience: number | undefined;
  private late = false;

  constructor(
    private readonly env: Environment,
    private readonly announcer: Announcer,
    private readonly hooks: ConnectionHooks,
  ) {}

  start(): void {
    if (this.status === 'none') this.become('connecting');
  }

  /** There is no session to hear of any more. */
  stop(): void {
    this.wait(false);
    this.become('none');
  }

  reach(reachable: boolean): void {
    if (this.status === 'none') return;
    const news = reachable !== this.reachable;
    this.reachable = reachable;
    if (news && !reachable) this.hooks.lost();
    this.look();
    if (news) this.announcer.say('sessionConnectionChanged', { connected: reachable });
  }

  /** The socket, or the leader's, may have come or gone. */
  look(): void {
    if (this.status === 'none') return;
    const live = this.hooks.live();
    this.wait(this.reachable && !live);
    if (!this.reachable) this.become('offline');
    else if (live) this.become('live');
    else if (this.late) this.become('polling');
    else if (this.status === 'offline') this.become('connecting');
  }

  private wait(waiting: boolean): void {
    if (waiting) {
      this.patience ??= this.env.setTimeout(() => this.tire(), PATIENCE_MS);
      return;
    }
    if (this.patience !== undefined) this.env.clearTimeout(this.patience);
    this.patience = undefined;
    this.late = false;
  }

  private tire(): void {
    this.late = true;
    // A page that nobody sees asks when it is shown.
    if (this.env.document.visibilityState === 'visible') this.hooks.ask();
  }

  private become(status: ConnectionStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.announcer.say('connectionStatusChanged', { status });
  }
}
