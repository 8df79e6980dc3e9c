/** Sends requests to an instance with the token, respects rate limits and interprets the answers. */
import { createHash } from 'node:crypto';
import type { GuardedFetch, InstanceAnswer, InstanceRequest, StreamedBody } from './guarded-fetch';
import { isPause, pauseOf, rateLimitError, readAnswer } from './instance-answer';
import { InstanceError, lacksPermission } from './instance-error';
import type { RateLimitPauses } from './rate-limit-pauses';

/** Scope that a route requires, from Mastodon's documentation; Pixelfed has only the part before the colon. */
const SCOPES: [route: RegExp, scope: string][] = [
  [/^GET \/api\/v1\/accounts\/[^/]+\/statuses/, 'read:statuses'],
  [/^GET \/api\/v1\/accounts\//, 'read:accounts'],
  [/^GET \/api\/v1\/statuses/, 'read:statuses'],
  [/^\w+ \/api\/v1\/statuses/, 'write:statuses'],
  [/^\w+ \/api\/v\d\/media/, 'write:media'],
];

export interface Call extends Omit<InstanceRequest, 'body'> {
  json?: object;
  params?: Record<string, string>;
  /** Multipart body; its content type is in `headers`. */
  upload?: StreamedBody;
}

export class InstanceHttp {
  readonly host: string;
  /** The instance's clock at its last answer, in ms since 1970; null if unknown. */
  lastDate: number | null = null;

  /**
   * @param token null: without authentication
   * @param pauses shared by all clients with that token; null: rate limits are not tracked
   */
  constructor(
    private readonly fetch: GuardedFetch,
    private readonly instanceUrl: string,
    private readonly token: string | null,
    private readonly pauses: RateLimitPauses | null,
  ) {
    this.host = new URL(instanceUrl).host;
  }

  /** @returns the parsed body @throws InstanceError; see InstanceFault for the meanings */
  async call(path: string, call: Call = {}): Promise<unknown> {
    return this.read(await this.send(path, call), path, call);
  }

  /** @throws InstanceError as `call` */
  read(answer: InstanceAnswer, path: string, { method = 'GET', params = {} }: Call = {}): unknown {
    const { client_secret, code, code_verifier, token } = params;
    try {
      return readAnswer(answer, this.host, [this.token, client_secret, code, code_verifier, token]);
    } catch (error) {
      if (!(error instanceof InstanceError) || error.fault !== 'forbidden') throw error;
      const scope = SCOPES.find(([route]) => route.test(`${method} ${path}`))?.[1];
      throw new InstanceError('forbidden', lacksPermission(scope), error.details);
    }
  }

  async send(path: string, { json, params, upload, headers, ...rest }: Call = {}): Promise<InstanceAnswer> {
    const all: Record<string, string> = { ...headers };
    let body: InstanceRequest['body'] = upload;
    if (this.token !== null) all.authorization = `Bearer ${this.token}`;
    if (json) {
      all['content-type'] = 'application/json';
      body = JSON.stringify(json);
    } else if (params) {
      all['content-type'] = 'application/x-www-form-urlencoded';
      body = new URLSearchParams(params).toString();
    }
    const caller = this.callerOf(upload !== undefined);
    const left = caller && (await this.pauses?.left(caller));
    if (left) throw rateLimitError({ retryAfter: left });
    const answer = await this.fetch.send(`${this.instanceUrl}${path}`, { ...rest, headers: all, body });
    this.lastDate = Date.parse(String(answer.headers.date)) || null;
    if (caller && isPause(answer)) await this.pauses?.pause(caller, pauseOf(answer.headers));
    return answer;
  }

  /** Key of a rate limit: an account's requests or its uploads. None without a token: users wait for those requests. */
  private callerOf(isUpload: boolean): string | null {
    if (this.token === null) return null;
    return createHash('sha256').update(`${this.instanceUrl}\n${this.token}\n${isUpload}`).digest('base64');
  }
}
