import type { SessionState } from '../../src/protocol/http';
import type { Api } from './api';
import type { Environment } from './environment';
import { errorCodeOf, isApiError } from './errors';
import { Freshness } from './freshness';
import type { PerformanceMetrics } from './metrics';
import { SyncQueue } from './sync-queue';
import type { TabChannel } from './tab-channel/tab-channel';

export interface StateReaderHooks {
  /** Whether a read makes sense. */
  isActive(): boolean;
  /** Whether there is a session whose state may be outdated. */
  hasSession(): boolean;
  /** The revision of this tab; undefined without a state. */
  revision(): number | undefined;
  received(state: SessionState): void;
  /** @param caughtUp this tab may have been behind, and is not any more */
  succeeded(caughtUp: boolean): void;
  /** @param unreachable no response at all, as opposed to a refusal */
  failed(unreachable: boolean): void;
}

/** Reads the whole state, over the socket if this tab has one, else over HTTP; and tracks when a read is necessary. */
export class StateReader {
  private readonly loop = new SyncQueue(() => this.read());
  private readonly freshness = new Freshness();
  private overHttp = false;
  /** Why the last read failed; null if it succeeded or has not ended. */
  private failure: unknown = null;
  /** Incremented when the session is replaced: responses to earlier requests belong to another session. */
  private epoch = 0;

  constructor(
    private readonly env: Environment,
    private readonly api: Api,
    private readonly channel: TabChannel,
    private readonly metrics: PerformanceMetrics,
    private readonly hooks: StateReaderHooks,
  ) {}

  /**
   * Resolves when a read that began after this call has ended, successfully or not.
   * @param how.rest over HTTP in any case: the socket may be dead, or the CSRF token new
   */
  sync(how: { rest?: boolean } = {}): Promise<void> {
    this.overHttp ||= how.rest ?? false;
    return this.loop.run();
  }

  /** Like `sync`; until it has succeeded, this tab counts as behind. */
  catchUp(how: { rest?: boolean } = {}): Promise<void> {
    this.markStale();
    return this.sync(how);
  }

  /** This tab may be behind, and cannot read the state now. */
  markStale(): void {
    this.freshness.markStale();
  }

  get isFresh(): boolean {
    return this.freshness.isFresh;
  }

  /** Reads until this tab is fresh. @throws ApiError why that is impossible */
  async ensureFresh(): Promise<void> {
    while (this.hooks.hasSession() && !this.isFresh) {
      await (this.loop.pending ?? this.sync({ rest: true }));
      if (this.failure && this.hooks.hasSession()) throw this.failure;
    }
  }

  sessionReplaced(): void {
    this.epoch += 1;
  }

  private async read(): Promise<void> {
    if (!this.hooks.isActive()) return;
    const overHttp = this.overHttp || !this.channel.connected;
    const settle = this.freshness.beginRead();
    this.overHttp = false;
    this.failure = null;
    const startedAt = this.env.now();
    this.metrics.syncs += 1;
    try {
      if (overHttp || !(await this.readBySocket())) await this.readByHttp();
      this.metrics.lastSyncMs = this.env.now() - startedAt;
      this.hooks.succeeded(settle());
    } catch (error) {
      this.failure = error;
      this.metrics.failedSyncs += 1;
      this.hooks.failed(isApiError(error) && error.error_code === 'NETWORK_ERROR');
    }
  }

  /** @returns false if HTTP must be used instead */
  private async readBySocket(): Promise<boolean> {
    const { epoch } = this;
    try {
      const answer = await this.channel.sync(this.hooks.revision());
      if (errorCodeOf(answer) || epoch !== this.epoch) return false;
      if (this.hooks.isActive()) this.hooks.received(answer as SessionState);
      return true;
    } catch {
      // The socket says that it is connected but does not answer: a half-open connection.
      if (this.channel.connected) this.channel.restart();
      return false;
    }
  }

  private async readByHttp(): Promise<void> {
    // The session may have ended during the request over the socket.
    if (!this.hooks.isActive()) return;
    const { epoch } = this;
    const { csrf_token, ...state } = await this.api.readState();
    if (epoch !== this.epoch || !this.hooks.isActive()) return;
    this.api.setCsrfToken(csrf_token);
    this.hooks.received(state);
  }
}
