/** The few routes of the Mastodon API that we use, which Pixelfed speaks too: typed, over the guarded fetch. */

import { createHash } from 'node:crypto';
import type { GuardedFetch, InstanceAnswer, InstanceRequest } from './guarded-fetch';
import { asksForAPause, pauseOf, readAnswer } from './instance-answer';
import { InstanceError } from './instance-error';
import {
  type InstanceLimits,
  type RemoteAccount,
  type RemoteMedia,
  type RemoteStatus,
  toAccount,
  toLimits,
  toMedia,
  toStatus,
} from './instance-types';
import { RateLimitPauses } from './rate-limit-pauses';

/** Sending a file may take longer than a question; ms. */
const UPLOAD_TIMEOUT = 60_000;
/** What fits into the header that a token goes in. */
export const ACCESS_TOKEN = /^[\x21-\x7e]{1,4096}$/;
/** Statuses per page, the most that instances give. */
const PAGE = 40;

export interface StatusForm {
  status: string;
  visibility: string;
  spoiler_text?: string;
  sensitive?: boolean;
  language?: string;
  media_ids?: string[];
}

export interface MediaFile {
  bytes: Buffer;
  mimeType: string;
  description: string | null;
}

interface Call extends Omit<InstanceRequest, 'body'> {
  json?: object;
  form?: FormData;
  params?: Record<string, string>;
}

export class InstanceClient {
  /**
   * @param token null: as a stranger
   * @param pauses shared by all that speak with that token
   */
  constructor(
    private readonly fetch: GuardedFetch,
    private readonly instanceUrl: string,
    private readonly token: string | null,
    private readonly pauses = new RateLimitPauses(),
  ) {}

  async registerApp(names: Record<'client_name' | 'redirect_uris' | 'scopes' | 'website', string>) {
    const answer = (await this.call('/api/v1/apps', { method: 'POST', params: names })) as Record<string, unknown>;
    const { client_id: clientId, client_secret: clientSecret } = answer ?? {};
    // Some give a number for an id.
    return { clientId: requireText(clientId, 255), clientSecret: requireText(clientSecret, 4096) };
  }

  /** Whether the instance still knows an app that it once registered. @throws InstanceError `unreachable` */
  async knowsApp(clientId: string, clientSecret: string): Promise<boolean> {
    const params = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    try {
      await this.call('/oauth/token', { method: 'POST', params });
      return true;
    } catch (error) {
      if (!(error instanceof InstanceError) || error.fault === 'unreachable') throw error;
      // Anything but "invalid client" says nothing of the app, such as an instance that knows no such grant.
      return error.fault !== 'unauthorized';
    }
  }

  /** @returns the access token */
  async redeemCode(grant: Record<string, string>): Promise<string> {
    const answer = (await this.call('/oauth/token', { method: 'POST', params: grant })) as Record<string, unknown>;
    const token = requireText(answer?.access_token, 4096);
    if (!ACCESS_TOKEN.test(token))
      throw new InstanceError('lost', 'The answer of the instance could not be understood');
    return token;
  }

  async verifyCredentials(): Promise<RemoteAccount> {
    return toAccount(await this.call('/api/v1/accounts/verify_credentials'));
  }

  /** What the instance says of itself, or null where it names no limits. */
  async limits(): Promise<InstanceLimits | null> {
    const newer = await this.call('/api/v2/instance').then(toLimits).catch(onlyRefused);
    return newer ?? this.call('/api/v1/instance').then(toLimits).catch(onlyRefused);
  }

  /** @param key of one post: sent twice with the same key, it is posted once where the instance knows such keys */
  async postStatus(form: StatusForm, key: string): Promise<RemoteStatus> {
    const headers = { 'idempotency-key': key };
    return toStatus(await this.call('/api/v1/statuses', { method: 'POST', json: form, headers }));
  }

  /** The account's own, newest first. */
  async recentStatuses(accountId: string, limit: number, sinceId?: string | null): Promise<RemoteStatus[]> {
    // The oldest after `sinceId` first, so that no page is left out.
    return this.statuses(accountId, { limit: String(limit), ...(sinceId && { min_id: sinceId }) });
  }

  /** The account's own, newest first, in pages that are not empty: as far back as the caller goes on to ask. */
  async *statusesBack(accountId: string): AsyncGenerator<RemoteStatus[]> {
    let page = await this.statuses(accountId, { limit: String(PAGE) });
    while (page.length > 0) {
      yield page;
      page = await this.statuses(accountId, { limit: String(PAGE), max_id: page.at(-1)!.id });
    }
  }

  private async statuses(accountId: string, params: Record<string, string>): Promise<RemoteStatus[]> {
    const query = new URLSearchParams({ ...params, exclude_reblogs: 'true' });
    const answer = await this.call(`/api/v1/accounts/${encodeURIComponent(accountId)}/statuses?${query}`);
    const page: unknown[] = Array.isArray(answer) ? answer : [];
    // More than was asked for is somebody's wish to fill our tables. What comes right after `min_id` is at the end.
    return (params.min_id ? page.slice(-Number(params.limit)) : page.slice(0, Number(params.limit))).map(toStatus);
  }

  /** The text as it was written. @throws InstanceError `refused` where the instance does not keep it */
  async statusSource(id: string): Promise<{ text: string; spoilerText: string }> {
    const source = (await this.call(`/api/v1/statuses/${encodeURIComponent(id)}/source`)) as Record<string, unknown>;
    if (typeof source?.text !== 'string') throw new InstanceError('refused', 'it does not say the text of the post');
    return { text: source.text, spoilerText: typeof source.spoiler_text === 'string' ? source.spoiler_text : '' };
  }

  async status(id: string): Promise<RemoteStatus> {
    return toStatus(await this.call(`/api/v1/statuses/${encodeURIComponent(id)}`));
  }

  async editStatus(
    id: string,
    form: Omit<StatusForm, 'visibility'> & { media_attributes: { id: string; description: string }[] },
  ): Promise<RemoteStatus> {
    return toStatus(await this.call(`/api/v1/statuses/${encodeURIComponent(id)}`, { method: 'PUT', json: form }));
  }

  /** @returns the attachment, which the instance may still be working on: see `mediaIsReady` */
  async uploadMedia({ bytes, mimeType, description }: MediaFile): Promise<RemoteMedia> {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(bytes)], { type: mimeType }), `image.${mimeType.split('/')[1]}`);
    if (description) form.set('description', description);
    const send = (path: string) => this.call(path, { method: 'POST', form, timeout: UPLOAD_TIMEOUT });
    const answer = await send('/api/v2/media').catch((error: unknown) => {
      if (error instanceof InstanceError && error.status === 404) return send('/api/v1/media');
      throw error;
    });
    return toMedia(answer);
  }

  async mediaIsReady(id: string): Promise<boolean> {
    const answer = await this.send(`/api/v1/media/${encodeURIComponent(id)}`);
    // Pixelfed knows no such question: what it has taken is ready.
    if (answer.status === 404 || answer.status === 405) return true;
    return readAnswer(answer, [this.token]) !== undefined && answer.status !== 206;
  }

  async describeMedia(id: string, description: string): Promise<RemoteMedia> {
    const path = `/api/v1/media/${encodeURIComponent(id)}`;
    return toMedia(await this.call(path, { method: 'PUT', json: { description } }));
  }

  /** @throws InstanceError by what the answer means; see InstanceFault */
  async call(path: string, call: Call = {}): Promise<unknown> {
    const { client_secret, code, code_verifier } = call.params ?? {};
    return readAnswer(await this.send(path, call), [this.token, client_secret, code, code_verifier]);
  }

  private async send(path: string, { json, form, params, headers, ...rest }: Call = {}): Promise<InstanceAnswer> {
    const all: Record<string, string> = { ...headers };
    let body: string | Buffer | undefined;
    if (this.token !== null) all.authorization = `Bearer ${this.token}`;
    if (json) {
      all['content-type'] = 'application/json';
      body = JSON.stringify(json);
    } else if (params) {
      all['content-type'] = 'application/x-www-form-urlencoded';
      body = new URLSearchParams(params).toString();
    } else if (form) {
      const encoded = new Response(form);
      all['content-type'] = encoded.headers.get('content-type')!;
      body = Buffer.from(await encoded.arrayBuffer());
    }
    const caller = this.callerOf(form !== undefined);
    const left = caller === null ? 0 : this.pauses.left(caller);
    if (left > 0) throw asksForAPause({ retryAfter: left });
    const answer = await this.fetch.send(`${this.instanceUrl}${path}`, { ...rest, headers: all, body });
    if (answer.status === 429 && caller !== null) this.pauses.pause(caller, pauseOf(answer.headers));
    return answer;
  }

  /** Who is counted: an account, and its uploads apart. Strangers are not, who come because somebody waits for them. */
  private callerOf(isUpload: boolean): string | null {
    if (this.token === null) return null;
    return createHash('sha256').update(`${this.instanceUrl}\n${this.token}\n${isUpload}`).digest('base64');
  }
}

function requireText(value: unknown, longest: number): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && text !== '' && text.length <= longest) return text;
  throw new InstanceError('lost', 'The answer of the instance could not be understood');
}

/** An older instance says 404: then the older question is asked. */
function onlyRefused(error: unknown): null {
  if (error instanceof InstanceError && error.fault === 'refused') return null;
  throw error;
}
