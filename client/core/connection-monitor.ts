import type { Environment } from './environment';
import type { ConnectionStatus } from './event-details';
import type { EventDispatcher } from './event-dispatcher';

/** A closed leader tab or a restarted node is replaced within this time without a change of the status. */
const GRACE_PERIOD_MS = 2_500;

export interface ConnectionHooks {
  /** Whether pushes of the server reach this tab. */
  isLive(): boolean;
  /** No live connection for the grace period: ask over HTTP, then call `setReachable` or `refresh`. */
  probe(): void;
  /** The server cannot be reached. */
  unreachable(): void;
}

/** How this tab learns of changes; dispatches an event when the status changes. */
export class ConnectionMonitor {
  status: ConnectionStatus = 'connecting';
  /** False from a request without a response until one with a response. */
  reachable = true;
  private graceTimer: number | undefined;
  private gracePeriodElapsed = false;

  constructor(
    private readonly env: Environment,
    private readonly events: EventDispatcher,
    private readonly hooks: ConnectionHooks,
  ) {}

  start(): void {
    if (this.status === 'none') this.setStatus('connecting');
  }

  /** The session has ended. */
  stop(): void {
    this.setGracePeriod(false);
    this.setStatus('none');
  }

  setReachable(reachable: boolean): void {
    if (this.status === 'none') return;
    const news = reachable !== this.reachable;
    this.reachable = reachable;
    if (news && !reachable) this.hooks.unreachable();
    this.refresh();
    if (news) this.events.dispatch('sessionConnectionChanged', { connected: reachable });
  }

  /** Call when the socket of this tab or of the leader has opened or closed. */
  refresh(): void {
    if (this.status === 'none') return;
    const live = this.hooks.isLive();
    this.setGracePeriod(this.reachable && !live);
    if (!this.reachable) this.setStatus('offline');
    else if (live) this.setStatus('live');
    else if (this.gracePeriodElapsed) this.setStatus('polling');
    else if (this.status === 'offline') this.setStatus('connecting');
  }

  private setGracePeriod(waiting: boolean): void {
    if (waiting) {
      this.graceTimer ??= this.env.setTimeout(() => this.onGracePeriodElapsed(), GRACE_PERIOD_MS);
      return;
    }
    if (this.graceTimer !== undefined) this.env.clearTimeout(this.graceTimer);
    this.graceTimer = undefined;
    this.gracePeriodElapsed = false;
  }

  private onGracePeriodElapsed(): void {
    this.gracePeriodElapsed = true;
    // A hidden page asks when it is shown.
    if (this.env.document.visibilityState === 'visible') this.hooks.probe();
  }

  private setStatus(status: ConnectionStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.events.dispatch('connectionStatusChanged', { status });
  }
}
