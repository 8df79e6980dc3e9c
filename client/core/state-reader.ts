import type { SessionState } from '../../src/protocol/http';
import type { Api } from './api';
import type { Environment } from './environment';
import { errorCodeOf, isApiError } from './errors';
import { Freshness } from './freshness';
import type { PerformanceMetrics } from './metrics';
import { SyncQueue } from './sync-queue';
import type { TabChannel } from './tab-channel/tab-channel';

export interface StateReaderHooks {
  /** Whether there is any use in asking. */
  isActive(): boolean;
  /** Whether there is a session that this tab could be behind of. */
  hasSession(): boolean;
  /** What this tab has; undefined without a state. */
  revision(): number | undefined;
  received(state: SessionState): void;
  /** @param caughtUp this tab may have been behind, and is not any more */
  succeeded(caughtUp: boolean): void;
  /** @param unreachable no answer at all, as against a refusal */
  failed(unreachable: boolean): void;
}

/** Asks for the whole state, over the socket where this tab has it, else over HTTP; and knows when it must. */
export class StateReader {
  private readonly loop = new SyncQueue(() => this.read());
  private readonly freshness = new Freshness();
  private overHttp = false;
  /** Why the last reading failed; null when it did not, or has not ended. */
  private failure: unknown = null;
  /** Raised when the session is replaced: answers asked for before tell of another one. */
  private epoch = 0;

  constructor(
    private readonly env: Environment,
    private readonly api: Api,
    private readonly channel: TabChannel,
    private readonly metrics: PerformanceMetrics,
    private readonly hooks: StateReaderHooks,
  ) {}

  /**
   * Resolves when a reading that began after this call has ended, well or not.
   * @param how.rest over HTTP in any case: the socket may be dead, or the CSRF token new
   */
  sync(how: { rest?: boolean } = {}): Promise<void> {
    this.overHttp ||= how.rest ?? false;
    return this.loop.run();
  }

  /** As `sync`; until it has succeeded, this tab counts as behind. */
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

  /** Reads until nothing is in doubt. @throws ApiError why that cannot be had */
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

  /** @returns false when HTTP must be asked instead */
  private async readBySocket(): Promise<boolean> {
    const { epoch } = this;
    try {
      const answer = await this.channel.sync(this.hooks.revision());
      if (errorCodeOf(answer) || epoch !== this.epoch) return false;
      if (this.hooks.isActive()) this.hooks.received(answer as SessionState);
      return true;
    } catch {
      // It says that it is connected and does not answer: a half-open connection.
      if (this.channel.connected) this.channel.restart();
      return false;
    }
  }

  private async readByHttp(): Promise<void> {
    // It may have ended while the socket was asked.
    if (!this.hooks.isActive()) return;
    const { epoch } = this;
    const { csrf_token, ...state } = await this.api.readState();
    if (epoch !== this.epoch || !this.hooks.isActive()) return;
    this.api.setCsrfToken(csrf_token);
    this.hooks.received(state);
  }
}
