import type { ErrorCode } from '../../src/protocol/errors';
import { HEADERS, type RestSessionState } from '../../src/protocol/http';
import type { Environment } from './environment';
import { ApiError, isSessionOver, toApiError } from './errors';

export interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Made by the page, not by the user: it does not count as user activity. */
  background?: boolean;
  timeoutMs?: number;
}

export interface ApiHooks {
  /** Called for a 401 whose code says that the session is over. */
  sessionEnded(code: ErrorCode): void;
  /** The signed-in user as far as this page knows; `null`: none. */
  userId(): number | null;
  sessionId(): string | undefined;
  /** The platform that this tab is pinned to; null: none. */
  pinnedPlatformId(): number | null;
  /** Reads the state and the token again. @returns whether that succeeded and the user is still the same */
  refetch(userId: number | null): Promise<boolean>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Some commands make the server call the instance, so they may take long; a read must not. */
const COMMAND_TIMEOUT_MS = 30_000;
const READ_TIMEOUT_MS = 10_000;
/** Short enough that a missed push is recovered within 15 s. */
const STATE_TIMEOUT_MS = 3_500;

export class Api {
  private csrfToken: string | null = null;

  constructor(
    private readonly env: Environment,
    private readonly tabId: string,
    private readonly hooks: ApiHooks,
  ) {}

  /**
   * @param path same origin
   * @returns the parsed body; `undefined` for 204
   * @throws ApiError
   */
  async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const before = this.hooks.userId();
    for (const seen = new Set<ErrorCode>(); ; ) {
      try {
        return await this.attempt<T>(method, path, options, seen);
      } catch (error) {
        const code = (error as ApiError).error_code;
        // The session token was replaced during the request, and the CSRF token with it. The cookie may even belong to
        // another user by now: a request of one user must not be sent as another.
        const again = code === 'SESSION_INVALID' || (code === 'CSRF_INVALID' && (await this.hooks.refetch(before)));
        if (!again || seen.has(code)) throw error;
        seen.add(code);
      }
    }
  }

  /** Reads the whole state; the caller applies it. Never counts as user activity. */
  readState(): Promise<RestSessionState> {
    return this.request('GET', '/api/session', { background: true, timeoutMs: STATE_TIMEOUT_MS });
  }

  /** The CSRF token of the last state; before the first one, that of the page. */
  get csrf(): string | null {
    return this.csrfToken ?? this.env.csrfMeta.read();
  }

  setCsrfToken(csrfToken: string): void {
    this.csrfToken = csrfToken;
    this.env.csrfMeta.write(csrfToken);
  }

  /** @param seen the error codes of earlier attempts */
  private async attempt<T>(method: Method, path: string, options: RequestOptions, seen: Set<ErrorCode>): Promise<T> {
    const sentIn = this.hooks.sessionId();
    const { status, ok, body } = await this.send(method, path, options);
    if (status === 204) return undefined as T;
    if (ok && body !== undefined) return body as T;
    const error = toApiError(status, body);
    const code = error.error_code;
    const ended = error.status === 401 && isSessionOver(code) && (code !== 'SESSION_INVALID' || seen.has(code));
    // A late response of the previous session says nothing about the current one.
    if (ended && (sentIn === undefined || sentIn === this.hooks.sessionId())) this.hooks.sessionEnded(code);
    throw error;
  }

  /** @returns the body; undefined if it is not JSON @throws ApiError NETWORK_ERROR unless the answer has come whole */
  private async send(method: Method, path: string, options: RequestOptions) {
    const abort = new AbortController();
    const limit = options.timeoutMs ?? (method === 'GET' ? READ_TIMEOUT_MS : COMMAND_TIMEOUT_MS);
    const timer = this.env.setTimeout(() => abort.abort(), limit);
    try {
      const response = await this.env.fetch(path, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        // The API never redirects; following a redirect would turn a refusal into an HTML "success".
        redirect: 'error',
        // The browser completes a DELETE even if the page is closed before the response.
        keepalive: method === 'DELETE',
        headers: this.headers(method, options),
        body: options.body === undefined ? undefined : JSON.stringify(options.body),
        signal: abort.signal,
      });
      const { status, ok } = response;
      return { status, ok, body: parsed(await response.text()) };
    } catch {
      throw new ApiError('The server cannot be reached', 0, 'NETWORK_ERROR');
    } finally {
      this.env.clearTimeout(timer);
    }
  }

  private headers(method: Method, options: RequestOptions): Record<string, string> {
    const headers: Record<string, string> = { accept: 'application/json', [HEADERS.tabId]: this.tabId };
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    if (options.background) headers[HEADERS.background] = 'true';
    if (method !== 'GET' && this.csrf) headers[HEADERS.csrf] = this.csrf;
    const pinnedId = String(this.hooks.pinnedPlatformId() ?? '');
    // A platform that the caller names explicitly is not overridden.
    if (pinnedId && (options.headers?.[HEADERS.platformId] ?? pinnedId) === pinnedId) {
      Object.assign(headers, { [HEADERS.platformId]: pinnedId, [HEADERS.platformPinned]: 'true' });
    }
    return { ...headers, ...options.headers };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
