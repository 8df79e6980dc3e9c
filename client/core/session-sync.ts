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

/**
 * Requests that begin or end a session or prove the user's identity name no platform, so they need no current state.
 */
const AUTH_ROUTES = '/api/auth/';

/**
 * The session as this tab sees it: one for each page load, at `window.sessionSync`. Facts come only from the server;
 * events of the page only make it read the state.
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
   * Reads the state and follows it. Separate from the constructor, so that the page can store the object first. Call
   * it again after the end of a session, or after `destroy()`, when a user has signed in without a new page.
   */
  start(): this {
    this.switching.start();
    void this.lifecycle.start();
    return this;
  }

  /** Like `start`, for signed-out visitors: nothing is read until `syncSessionState` or `start` is called. */
  startSignedOut(): void {
    this.lifecycle.startSignedOut();
  }

  /** Reads the whole state. @returns the state afterwards; null without a session */
  async syncSessionState(): Promise<StateDetail | null> {
    if (this.lifecycle.hasEnded) this.start();
    await this.lifecycle.reader.sync();
    return this.getState();
  }

  /**
   * Makes another platform the active one: of all sessions, or with `scope: 'session'` of this one only. This tab may
   * show it at once (`platformSwitching`); the facts follow when the server has confirmed it.
   * @throws ApiError
   */
  switchPlatform(id: number, options: { scope?: SwitchScope } = {}): Promise<SwitchResult> {
    return this.switching.switchTo(id, options.scope);
  }

  /** The platform that this tab has requested and the server has not answered yet. */
  getSwitchingTo(): number | null {
    return this.switching.targetId;
  }

  /** For older callers that switched on their own. Facts come from the server, so this only reads the state. */
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

  /** Ends this session in all its tabs, or with `everywhere` all sessions of the user. @throws ApiError */
  async logout(options: { everywhere?: true } = {}): Promise<void> {
    await this.lifecycle.api.request<void>('POST', '/api/auth/logout', { body: options });
    this.lifecycle.end('logout', 'SESSION_REVOKED');
  }

  /**
   * A request to our own API with the headers that identify this tab. One that changes something waits until this tab
   * is fresh.
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

  /**
   * Whether the state of this tab is known to be current. False after a sleep, a lost network or a missed event, until
   * the next read.
   */
  isFresh(): boolean {
    return this.lifecycle.isFresh;
  }

  /**
   * Reads until this tab is fresh. Check earlier decisions again afterwards: the platform may have changed.
   * @throws ApiError NETWORK_ERROR if the server is unreachable, else why it did not answer
   */
  ensureFresh(): Promise<void> {
    return this.lifecycle.reader.ensureFresh();
  }

  /**
   * The unanswered expiry warning, for a part of the page that was added after `sessionExpiring`. The caller asks the
   * user: until there is an answer, no other activity in this tab extends the session.
   */
  takeExpiryWarning(): ExpiringDetail | null {
    return this.lifecycle.takeExpiryWarning();
  }

  /** @returns the same frozen object until something in it has changed; null without a session */
  getState(): StateDetail | null {
    return this.lifecycle.snapshot.get();
  }

  /**
   * Calls `listener` whenever `getState()` returns another object than before.
   * @returns ends the subscription
   */
  subscribe(listener: () => void): () => void {
    return this.lifecycle.snapshot.subscribe(listener);
  }

  /**
   * Listens at the session itself: at the window, any script may dispatch an event of the same name.
   * @returns removes the listener
   */
  on<E extends keyof SessionEvents>(name: E, listener: (detail: SessionEvents[E], event: Event) => void): () => void {
    return this.lifecycle.events.on(name, listener);
  }

  /** The headers for the page's own requests: the CSRF token, this tab, and the platform that it shows. */
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
   * Pins this tab to a platform, whichever is active. The tab keeps the pin across reloads.
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
   * Unpins a session: it shows the platform of the user's other sessions again.
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

  /** Milliseconds until a server time, by the server's clock. */
  millisecondsUntil(iso: string): number {
    return this.lifecycle.clock.until(iso);
  }

  /** Final unless `start()` is called: no state, no events, no requests. */
  destroy(): void {
    this.switching.stop();
    this.lifecycle.destroy();
  }
}
