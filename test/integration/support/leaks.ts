/** Records everything that a server sends in one run, and searches it for secrets. */
import { type Answer, type Json, type RequestOptions, TestClient } from '../../support/http-client';
import { openTab, type Tab } from '../../support/socket-client';

export interface Said {
  /** For example `GET /api/session`, `a frame`, `the log`. */
  where: string;
  text: string;
}

export interface Secret {
  what: string;
  value: string;
  /** The places where it is allowed, if any. */
  at?: RegExp;
}

const SESSION_COOKIE = /^vedfolnir_session=([^;]+)/;
/** The routes that set a session's cookie, in the only header that may contain the token. */
const GIVES_COOKIE = /^POST \/api\/auth\/(register|login|reauthenticate|password)$/;
/** The responses that may contain the CSRF token. */
const GIVES_CSRF = /^(POST \/api\/auth\/\w+|GET \/api\/session|GET \/(\w*))$/;

export class Run {
  readonly said: Said[] = [];
  readonly secrets: Secret[] = [];

  note(where: string, text: string): void {
    this.said.push({ where, text });
  }

  /** Registers values that must not occur anywhere, or only in the allowed places. */
  hide(what: string, values: Iterable<string>, at?: RegExp): void {
    for (const value of values) this.secrets.push({ what, value, at });
  }

  /** A tab whose frames are all recorded, as received. */
  async listen(client: TestClient): Promise<Tab> {
    const tab = await openTab(client);
    tab.socket.io.engine.on('data', (frame: unknown) => this.note('a frame', String(frame)));
    // Frames that were received before the listener was added.
    for (const event of tab.events) this.note('a frame', JSON.stringify(event));
    return tab;
  }

  /** Each secret that occurs where it is not allowed, in any encoding, with the text before it. */
  leaks(): string[] {
    return this.secrets.flatMap(({ what, value, at }) => {
      const bytes = Buffer.from(value);
      const base64 = bytes.toString('base64').slice(0, -4);
      const spellings = [...new Set([value, encodeURIComponent(value), bytes.toString('hex'), base64])];
      return this.said.flatMap(({ where, text }) => {
        const index = at?.test(where) ? -1 : Math.max(...spellings.map((each) => text.indexOf(each)));
        return index < 0 ? [] : [`${what} in ${where}: …${text.slice(Math.max(0, index - 200), index)}`];
      });
    });
  }
}

/** A client that records all its responses with their headers. */
export class Recorded extends TestClient {
  constructor(
    url: string,
    private readonly run: Run,
  ) {
    super(url);
  }

  override async request<T = Json>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const answer = await super.request<T>(method, path, options);
    const where = `${method} ${path.split('?')[0]}`;
    const { 'set-cookie': cookies = [], ...headers } = answer.headers;
    for (const cookie of cookies) {
      const secret = SESSION_COOKIE.exec(cookie)?.[1];
      if (secret) this.run.hide('the secret of a session', [secret]);
      if (!secret || !GIVES_COOKIE.test(where)) this.run.note(where, cookie);
    }
    this.run.note(where, `${answer.status} ${JSON.stringify(headers)} ${answer.text}`);
    const known = this.run.secrets.some(({ value }) => value === this.csrfToken);
    if (this.csrfToken && !known) this.run.hide('the token against forgery', [this.csrfToken], GIVES_CSRF);
    return answer;
  }
}
