import type { ExtendedView, SwitchResult, SwitchScope } from '../../src/protocol/http';
import type { RequestOptions } from './api';
import type { Environment } from './environment';
import {
  type ConnectionStatus,
  type DeadlinesDetail,
  deadlinesDetail,
  type ExpiringDetail,
  type StateDetail,
  stateDetail,
} from './event-details';
import type { PerformanceMetrics } from './metrics';
import { PlatformSwitching } from './platform-switching';
import { SessionLifecycle } from './session-lifecycle';

/** To begin or end a session, or to prove oneself, no state is needed: none of it names a platform. */
const AUTH_ROUTES = '/api/auth/';

/**
 * The session as this tab sees it: one for each page load, at `window.sessionSync`.
 * Facts come from the server alone; whatever this page does by itself only makes it look.
 */
export class SessionSync {
  private readonly tabId: string;
  private readonly lifecycle: SessionLifecycle;
  private readonly switching: PlatformSwitching;

  constructor(env: Environment) {
    this.tabId = env.randomId();
    this.lifecycle = new SessionLifecycle(env, this.tabId);
    const { api, pendingSwitches, updater, events } = this.lifecycle;
    this.switching = new PlatformSwitching(api, pendingSwitches, updater, events, () => this.lifecycle.readyToSend());
  }

  /** Begins to look. Separate from the constructor so that the page can hold the object first. */
  start(): this {
    this.lifecycle.start();
    return this;
  }

  /** Asks the server for the whole state. @returns what this tab knows then; null without a session */
  async syncSessionState(): Promise<StateDetail | null> {
    await this.lifecycle.reader.sync();
    return this.getState();
  }

  /**
   * Makes another platform the active one: of all sessions, or with `scope: 'session'` of this one alone. This tab may
   * show it at once (`platformSwitching`); the facts follow when the server has agreed.
   * @throws ApiError
   */
  switchPlatform(id: number, options: { scope?: SwitchScope } = {}): Promise<SwitchResult> {
    return this.switching.switchTo(id, options.scope);
  }

  /** The platform that this tab has asked for and the server has not yet answered. */
  getSwitchingTo(): number | null {
    return this.switching.targetId;
  }

  /** Kept for callers that switched by themselves. Facts come from the server, so this only looks. */
  notifyPlatformSwitch(_id: number, _name: string): void {
    void this.lifecycle.reader.sync();
  }

  /** "Stay signed in". @throws ApiError */
  async extendSession(): Promise<DeadlinesDetail> {
    const { api, clock, updater } = this.lifecycle;
    const { sessionId } = updater;
    const view = await api.request<ExtendedView>('POST', '/api/session/extend', { body: {} });
    clock.learn(view.server_time);
    updater.applyDeadlines(view, sessionId);
    return deadlinesDetail(view);
  }

  /** Ends this session in all its tabs. @throws ApiError */
  async logout(): Promise<void> {
    await this.lifecycle.api.request<void>('POST', '/api/auth/logout', { body: {} });
    this.lifecycle.end('logout', 'SESSION_REVOKED');
  }

  /**
   * A call to our own API with everything that it wants to know of this tab. One that changes something waits until
   * this tab is fresh.
   * @throws ApiError
   */
  async request<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: RequestOptions): Promise<T> {
    if (method !== 'GET' && !path.startsWith(AUTH_ROUTES)) await this.lifecycle.readyToSend();
    return this.lifecycle.api.request<T>(method, path, options);
  }

  /** Whether nothing speaks against what this tab shows. False after a sleep, a lost network or a gap, until it has read. */
  isFresh(): boolean {
    return this.lifecycle.isFresh;
  }

  /**
   * Reads until this tab is fresh. What was decided before may need another look then: the platform may be another.
   * @throws ApiError NETWORK_ERROR when the server cannot be reached, else why it did not answer
   */
  ensureFresh(): Promise<void> {
    return this.lifecycle.reader.ensureFresh();
  }

  /**
   * The warning that stands, for a part of the page that came after `sessionExpiring`. Whoever takes it asks the person:
   * until there is an answer, nothing else that is done here keeps the session alive.
   */
  takeExpiryWarning(): ExpiringDetail | null {
    return this.lifecycle.takeExpiryWarning();
  }

  getState(): StateDetail | null {
    const { state } = this.lifecycle.store;
    return state && stateDetail(state);
  }

  getTabId(): string {
    return this.tabId;
  }

  getConnectionStatus(): ConnectionStatus {
    return this.lifecycle.connection.status;
  }

  getPerformanceMetrics(): PerformanceMetrics {
    const { metrics, channel } = this.lifecycle;
    return { ...metrics, connected: channel.live, leader: channel.isLeader };
  }

  /** Milliseconds until a time of the server's, by the server's clock. */
  millisecondsUntil(iso: string): number {
    return this.lifecycle.clock.until(iso);
  }

  /** For good: nothing is followed, known or told any more. */
  destroy(): void {
    this.switching.stop();
    this.lifecycle.destroy();
  }
}
