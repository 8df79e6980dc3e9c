/** An HTTP client with its own cookie jar, which sends and follows nothing that a test does not see. */
import { randomUUID } from 'node:crypto';
import type { Agent, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { HEADERS, type RestSessionState } from '../../src/protocol/http';
import { rawRequest } from './raw-request';

export interface Answer<T> {
  status: number;
  headers: IncomingHttpHeaders;
  /** Parsed if it is JSON, else the text. */
  body: T;
  text: string;
}

export type Json = Record<string, unknown>;

export interface RequestOptions {
  /** Sent as JSON; a string or a Buffer is sent unchanged. */
  body?: unknown;
  /** Sent as an HTML form. */
  form?: Record<string, string>;
  /** Override all others; undefined removes one. */
  headers?: OutgoingHttpHeaders;
  tabId?: string;
  /** Reuses connections; without an agent each request opens its own. */
  agent?: Agent;
}

export interface Credentials {
  username: string;
  email: string;
  password: string;
}

/** A browser profile's cookies and CSRF token, shared by its clients of all nodes. */
class Jar {
  readonly cookies = new Map<string, string>();
  csrfToken: string | undefined;
  credentials: Credentials | undefined;

  keep(setCookie: string[] = []): void {
    for (const line of setCookie) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const expires = attributes.find((each) => /^expires=/i.test(each))?.slice('expires='.length);
      const gone = attributes.some((each) => /^max-age=(0|-\d+)$/i.test(each));
      if (gone || (expires && Date.parse(expires) <= Date.now())) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

export class TestClient {
  readonly userAgent: string;
  private jar = new Jar();

  constructor(
    readonly url: string,
    { userAgent = 'vedfolnir-tests' }: { userAgent?: string } = {},
  ) {
    this.userAgent = userAgent;
  }

  /** The Cookie header of each request. Can be set, to send stolen or forged cookies. */
  get cookie(): string {
    return [...this.jar.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  set cookie(header: string) {
    this.jar.cookies.clear();
    this.jar.keep(header.split('; ').filter(Boolean));
  }

  /** Updated from every response that has one, and sent with every unsafe request. */
  get csrfToken(): string | undefined {
    return this.jar.csrfToken;
  }

  set csrfToken(token: string | undefined) {
    this.jar.csrfToken = token;
  }

  /** The same browser (same jar), as a client of another node. */
  at(nodeUrl: string): TestClient {
    const other = new TestClient(nodeUrl, { userAgent: this.userAgent });
    other.jar = this.jar;
    return other;
  }

  async request<T = Json>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const { body, form, tabId, agent } = options;
    const headers: OutgoingHttpHeaders = { accept: 'application/json', 'user-agent': this.userAgent };
    if (this.cookie) headers.cookie = this.cookie;
    if (this.csrfToken && !/^(GET|HEAD|OPTIONS)$/.test(method)) headers[HEADERS.csrf] = this.csrfToken;
    if (tabId) headers[HEADERS.tabId] = tabId;
    if (form) headers['content-type'] = 'application/x-www-form-urlencoded';
    else if (body !== undefined) headers['content-type'] = 'application/json';
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value;
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));

    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    const payload = form ? new URLSearchParams(form).toString() : raw ? body : JSON.stringify(body);
    const answer = await rawRequest(this.url, method, path, { headers: sent, body: payload, agent });
    this.jar.keep(answer.headers['set-cookie']);
    const isJson = /json/.test(answer.headers['content-type'] ?? '') && answer.text !== '';
    const parsed: unknown = isJson ? JSON.parse(answer.text) : answer.text;
    const token = (parsed as { csrf_token?: unknown } | null)?.csrf_token;
    if (typeof token === 'string') this.csrfToken = token;
    return { ...answer, body: parsed as T };
  }

  get<T = Json>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.request<T>('GET', path, options);
  }

  post<T = Json>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.request<T>('POST', path, { body, ...options });
  }

  patch<T = Json>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.request<T>('PATCH', path, { body, ...options });
  }

  delete<T = Json>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.request<T>('DELETE', path, options);
  }

  /** Registers an account, with a unique name unless one is given; remembered for `login`. */
  async register(fields: Partial<Credentials> = {}): Promise<Answer<RestSessionState>> {
    const username = fields.username ?? `u${randomUUID().replaceAll('-', '').slice(0, 12)}`;
    const email = `${username}@example.org`;
    const credentials = { username, email, password: 'correct horse battery staple', ...fields };
    const answer = await this.post<RestSessionState>('/api/auth/register', credentials);
    this.jar.credentials = credentials;
    return answer;
  }

  /** Signs in, with the remembered credentials by default. */
  login(
    fields: { username?: string; password?: string; platform_id?: number } = {},
  ): Promise<Answer<RestSessionState>> {
    const { username, password } = { ...this.jar.credentials, ...fields };
    return this.post<RestSessionState>('/api/auth/login', { ...fields, username, password });
  }

  /** Another browser of the same user: an empty jar, ready to `login()`. */
  device(userAgent = this.userAgent): TestClient {
    const other = new TestClient(this.url, { userAgent });
    other.jar.credentials = this.jar.credentials;
    return other;
  }
}
