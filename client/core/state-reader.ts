import type { SessionState } from '../../src/protocol/http';
import type { Api } from './api';
import type { Environment } from './environment';
import { errorCodeOf, isApiError } from './errors';
import type { PerformanceMetrics } from './metrics';
import { SyncLoop } from './sync-loop';
import type { Transport } from './transport';

export interface ReaderHooks {
  /** Whether there is any use in asking. */
  wanted(): boolean;
  /** What this tab has; undefined without a state. */
  revision(): number | undefined;
  take(state: SessionState): void;
  done(): void;
  /** @param unreachable no answer at all, as against a refusal */
  failed(unreachable: boolean): void;
}

/** Asks for the whole state: over the socket where there is one, else over HTTP. */
export class StateReader {
  private readonly loop = new SyncLoop(() => this.read());
  private overHttp = false;
  /** Raised when the session is replaced: answers asked for before tell of another one. */
  private epoch = 0;

  constructor(
    private readonly env: Environment,
    private readonly api: Api,
    private readonly transport: Transport,
    private readonly metrics: PerformanceMetrics,
    private readonly hooks: ReaderHooks,
  ) {}

  /**
   * Resolves when a reading that began after this call has ended, well or not.
   * @param how.rest over HTTP in any case: the socket may be dead, or the CSRF token new
   */
  sync(how: { rest?: boolean } = {}): Promise<void> {
    this.overHttp ||= how.rest ?? false;
    return this.loop.run();
  }

  sessionReplaced(): void {
    this.epoch += 1;
  }

  private async read(): Promise<void> {
    if (!this.hooks.wanted()) return;
    const overHttp = this.overHttp || !this.transport.connected;
    this.overHttp = false;
    const startedAt = this.env.now();
    this.metrics.syncs += 1;
    try {
      if (overHttp || !(await this.readBySocket())) await this.readByHttp();
      this.metrics.lastSyncMs = this.env.now() - startedAt;
      this.hooks.done();
    } catch (error) {
      this.metrics.failedSyncs += 1;
      this.hooks.failed(isApiError(error) && error.error_code === 'NETWORK_ERROR');
    }
  }

  /** @returns false when HTTP must be asked instead */
  private async readBySocket(): Promise<boolean> {
    const { epoch } = this;
    try {
      const answer = await this.transport.sync(this.hooks.revision());
      if (errorCodeOf(answer) || epoch !== this.epoch) return false;
      if (this.hooks.wanted()) this.hooks.take(answer as SessionState);
      return true;
    } catch {
      // It says that it is connected and does not answer: a half-open connection.
      if (this.transport.connected) this.transport.restart();
      return false;
    }
  }

  private async readByHttp(): Promise<void> {
    const { epoch } = this;
    const { csrf_token, ...state } = await this.api.readState();
    if (epoch !== this.epoch || !this.hooks.wanted()) return;
    this.api.useToken(csrf_token);
    this.hooks.take(state);
  }
}
