import type { INestApplication } from '@nestjs/common';
import { HEADERS, type RestSessionState } from '../protocol/http';

export interface TestAnswer<T> {
  status: number;
  headers: Headers;
  /** Parsed if it is JSON, else the text. */
  body: T;
}

export interface TestRequest {
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  /** The platform that a write addresses. */
  platformId?: number;
}

/** An HTTP client that keeps the session cookie and sends the CSRF token with each write. */
export class TestClient {
  private csrfToken = '';

  private constructor(
    readonly url: string,
    /** For a socket's handshake too. */
    readonly cookie: string,
  ) {}

  /** @param app must be listening */
  static async withCookie(app: INestApplication, cookie: string): Promise<TestClient> {
    const client = new TestClient((await app.getUrl()).replace('[::1]', 'localhost'), cookie);
    const { status, body } = await client.request<RestSessionState>('GET', '/api/session');
    if (status !== 200) throw new Error(`Not signed in: ${JSON.stringify(body)}`);
    client.csrfToken = body.csrf_token;
    return client;
  }

  async request<T = unknown>(method: string, path: string, options: TestRequest = {}): Promise<TestAnswer<T>> {
    const { body, platformId } = options;
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        accept: 'application/json',
        cookie: this.cookie,
        ...(method !== 'GET' && { [HEADERS.csrf]: this.csrfToken }),
        ...(platformId !== undefined && { [HEADERS.platformId]: String(platformId) }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true && text !== '';
    return { status: answer.status, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  get<T = unknown>(path: string, options?: TestRequest): Promise<TestAnswer<T>> {
    return this.request<T>('GET', path, options);
  }

  post<T = unknown>(path: string, body?: unknown, options?: TestRequest): Promise<TestAnswer<T>> {
    return this.request<T>('POST', path, { ...options, body });
  }
}
