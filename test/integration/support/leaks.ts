/** All that a server says to anybody in one run, to be searched for what nobody should be told. */
import { type Answer, type Json, type RequestOptions, TestClient } from '../../support/http-client';
import { openTab, type Tab } from '../../support/socket-client';

export interface Said {
  /** `GET /api/session`, `a frame`, `the log`. */
  where: string;
  text: string;
}

export interface Secret {
  what: string;
  value: string;
  /** Where it belongs, if anywhere. */
  at?: RegExp;
}

const SESSION_COOKIE = /^vedfolnir_session=([^;]+)/;
/** Where a session gets its secret, in the one header that is for it. */
const GIVES_COOKIE = /^POST \/api\/auth\/(register|login|reauthenticate|password)$/;
/** What is handed to the page that the session is shown in. */
const GIVES_CSRF = /^(POST \/api\/auth\/\w+|GET \/api\/session|GET \/(\w*))$/;

export class Run {
  readonly said: Said[] = [];
  readonly secrets: Secret[] = [];

  note(where: string, text: string): void {
    this.said.push({ where, text });
  }

  /** To be found nowhere, or only where it belongs. */
  hide(what: string, values: Iterable<string>, at?: RegExp): void {
    for (const value of values) this.secrets.push({ what, value, at });
  }

  /** A tab whose frames are all kept, as they came over the line. */
  async listen(client: TestClient): Promise<Tab> {
    const tab = await openTab(client);
    tab.socket.io.engine.on('data', (frame: unknown) => this.note('a frame', String(frame)));
    // Those that came before anybody listened.
    for (const event of tab.events) this.note('a frame', JSON.stringify(event));
    return tab;
  }

  /** Each secret that was said where it does not belong, in one of its spellings, with what stood before it. */
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

/** A client whose every answer is kept, its headers included. */
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
