/** A client that keeps all that it was ever told, to be searched for what nobody should be told. */
import { randomUUID } from 'node:crypto';
import { type Answer, type Json, type RequestOptions, TestClient } from '../../support/http-client';
import type { Tab } from '../../support/socket-client';

/** What was said to anybody in the run: answers with their headers, and socket frames. */
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
    /** Nobody else's, so that finding a trace of it anywhere is a leak. */
    readonly password = `password ${randomUUID()}`,
  ) {
    super(url);
  }

  override async request<T = Json>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const answer = await super.request<T>(method, path, options);
    // The one place where the secret belongs.
    const { 'set-cookie': _, ...headers } = answer.headers;
    this.record.note(`${method} ${path} ${answer.status} ${JSON.stringify(headers)} ${answer.text}`);
    return answer;
  }
}
