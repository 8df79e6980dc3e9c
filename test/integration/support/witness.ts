/** A client that records everything it receives, to be searched for secrets. */
import { randomUUID } from 'node:crypto';
import { type Answer, type Json, type RequestOptions, TestClient } from '../../support/http-client';
import type { Tab } from '../../support/socket-client';

/** Everything that was sent in the run: responses with their headers, and socket frames. */
export class Record {
  private readonly said: string[] = [];
  private readonly tabs: Tab[] = [];

  note(text: string): void {
    this.said.push(text);
  }

  listen(tab: Tab): Tab {
    this.tabs.push(tab);
    return tab;
  }

  get size(): number {
    return this.said.length;
  }

  /** Everything, as one text. */
  all(): string {
    const frames = this.tabs.flatMap((tab) => tab.events.map((event) => JSON.stringify(event)));
    return [...this.said, ...frames].join('\n');
  }
}

export class Witness extends TestClient {
  constructor(
    url: string,
    private readonly record: Record,
    /** Unique, so that any occurrence of it is a leak. */
    readonly password = `password ${randomUUID()}`,
  ) {
    super(url);
  }

  override async request<T = Json>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const answer = await super.request<T>(method, path, options);
    // The only place where the session token belongs.
    const { 'set-cookie': _, ...headers } = answer.headers;
    this.record.note(`${method} ${path} ${answer.status} ${JSON.stringify(headers)} ${answer.text}`);
    return answer;
  }
}
