import { type ExtendedView, HEADERS, type SwitchResult, type SwitchScope } from '../../src/protocol/http';
import type { RequestOptions } from './api';
import type { Environment } from './environment';
import {
  type ConnectionStatus,
  type DeadlinesDetail,
  deadlinesDetail,
  type ExpiringDetail,
  type SessionEvents,
  type StateDetail,
} from './event-details';
import type { PerformanceMetrics } from './metrics';
import { PlatformSwitching } from './platform-switching';
import { SessionLifecycle } from './session-lifecycle';

/** To begin or end a session, or to prove oneself, no state is needed: none of it names a platform. */
const AUTH_ROUTES = '/api/auth/';

/**
 * The session as this tab sees it: one for each page load, at `window.sessionSync`.
 * Facts come from the server alone; what this page does by itself only makes it read the state.
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

  /**
   * Reads the state and follows it. Separate from the constructor so that the page can hold the object first. Call it
   * again after the end of a session, or after `destroy()`, when a person has signed in without a new page.
   */
  start(): this {
    this.switching.start();
    void this.lifecycle.start();
    return this;
  }

  /** As `start`, on a page for signed-out visitors: nothing is read until `syncSessionState` or `start` is called. */
  startSignedOut(): void {
    this.lifecycle.startSignedOut();
  }

  /** Asks the server for the whole state. @returns what this tab knows then; null without a session */
  async syncSessionState(): Promise<StateDetail | null> {
    if (this.lifecycle.hasEnded) this.start();
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

  /** Kept for callers that switched by themselves. Facts come from the server, so this only reads the state. */
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

  /** Ends this session in all its tabs, or with `everywhere` all sessions of the person. @throws ApiError */
  async logout(options: { everywhere?: true } = {}): Promise<void> {
    await this.lifecycle.api.request<void>('POST', '/api/auth/logout', { body: options });
    this.lifecycle.end('logout', 'SESSION_REVOKED');
  }

  /**
   * A call to our own API with everything that it wants to know of this tab. One that changes something waits until
   * this tab is fresh.
   * @throws ApiError
   */
  async request<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: RequestOptions,
  ): Promise<T> {
    if (method !== 'GET' && !path.startsWith(AUTH_ROUTES)) await this.lifecycle.readyToSend();
    return this.lifecycle.api.request<T>(method, path, options);
  }

  /** Whether nothing speaks against what this tab shows. False after a sleep, a lost network or a gap, until it has read. */
  isFresh(): boolean {
    return this.lifecycle.isFresh;
  }

  /**
   * Reads until this tab is fresh. Check earlier decisions again then: the platform may be another.
   * @throws ApiError NETWORK_ERROR when the server cannot be reached, else why it did not answer
   */
  ensureFresh(): Promise<void> {
    return this.lifecycle.reader.ensureFresh();
  }

  /**
   * The warning that stands, for a part of the page that came after `sessionExpiring`. The caller asks the person:
   * until there is an answer, nothing else that is done here keeps the session alive.
   */
  takeExpiryWarning(): ExpiringDetail | null {
    return this.lifecycle.takeExpiryWarning();
  }

  /** @returns the same frozen object until something in it has changed; null without a session */
  getState(): StateDetail | null {
    return this.lifecycle.snapshot.get();
  }

  /**
   * Calls `listener` whenever `getState()` returns something else than before.
   * @returns ends the subscription
   */
  subscribe(listener: () => void): () => void {
    return this.lifecycle.snapshot.subscribe(listener);
  }

  /**
   * Listens to the session itself: at the window, anybody may dispatch an event of the same name.
   * @returns removes the listener
   */
  on<E extends keyof SessionEvents>(name: E, listener: (detail: SessionEvents[E], event: Event) => void): () => void {
    return this.lifecycle.events.on(name, listener);
  }

  /** What a request of the page's own must carry: the token, this tab, and the platform that it shows. */
  headers(): Record<string, string> {
    const { csrf } = this.lifecycle.api;
    const { platform, tabPinned } = this.getState() ?? {};
    return {
      [HEADERS.tabId]: this.tabId,
      ...(csrf && { [HEADERS.csrf]: csrf }),
      ...(platform && { [HEADERS.platformId]: String(platform.id) }),
      ...(tabPinned && { [HEADERS.platformPinned]: 'true' }),
    };
  }

  /**
   * This tab alone stays with a platform, whatever is active. Kept by the tab across reloads.
   * @param id null: it shows the active platform again
   * @throws ApiError
   */
  async pinTab(id: number | null): Promise<void> {
    if (id === null) return this.lifecycle.updater.pinTab(null);
    const user = this.getState()?.user.id;
    const platform = await this.lifecycle.findPlatform(id);
    if (user === this.getState()?.user.id) this.lifecycle.updater.pinTab(platform);
  }

  /**
   * Frees a session that is pinned to a platform: it goes where the person's other sessions are.
   * @throws ApiError
   */
  async followSession(): Promise<StateDetail | null> {
    await this.request<void>('POST', '/api/session/follow', { body: {} });
    return this.syncSessionState();
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
