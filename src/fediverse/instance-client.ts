/** Typed client for the routes of the Mastodon API that we use; other server software implements them too. */
import type { GuardedFetch } from './guarded-fetch';
import { unreadable } from './instance-answer';
import { InstanceError } from './instance-error';
import { InstanceHttp } from './instance-http';
import {
  type RemoteAccount,
  type RemoteMedia,
  type RemoteStatus,
  type StatusPage,
  toAccount,
  toMedia,
  toSentStatus,
  toStatus,
  toStatusPage,
} from './instance-types';
import { type MediaFile, toMultipart } from './media-upload';
import type { RateLimitPauses } from './rate-limit-pauses';

/** Uploads take longer than other requests. */
const UPLOAD_TIMEOUT_MS = 60_000;
/** How long the removal of a connection waits for the revocation. */
const REVOKE_TIMEOUT_MS = 3000;
/** Characters allowed in an Authorization header, and a maximum length. */
export const ACCESS_TOKEN = /^[\x21-\x7e]{1,4096}$/;
/** Requested page size, the maximum of Mastodon; and how many are read from instances that ignore it. */
export const PAGE_SIZE = 40;
const MAX_PAGE_SIZE = 400;

export interface StatusForm {
  status: string;
  visibility: string;
  spoiler_text?: string;
  sensitive?: boolean;
  language?: string;
  media_ids?: string[];
}

export type StatusEdit = Omit<StatusForm, 'visibility'> & { media_attributes: { id: string; description: string }[] };

export class InstanceClient {
  private readonly http: InstanceHttp;

  /**
   * @param token null: without authentication
   * @param pauses shared by all clients with that token; null: rate limits are not tracked
   */
  constructor(
    fetch: GuardedFetch,
    instanceUrl: string,
    private readonly token: string | null,
    pauses: RateLimitPauses | null = null,
  ) {
    this.http = new InstanceHttp(fetch, instanceUrl, token, pauses);
  }

  /** Including the port, if the URL has one. */
  get host(): string {
    return this.http.host;
  }

  /**
   * How far the instance's clock was behind ours at its last answer, in ms; 0 if it was not: a proxy may have set the
   * date.
   * @param now by our clock
   */
  clockBehind(now: Date): number {
    return this.http.lastDate === null ? 0 : Math.max(0, now.getTime() - this.http.lastDate);
  }

  async registerApp(names: Record<'client_name' | 'redirect_uris' | 'scopes' | 'website', string>) {
    const answer = (await this.http.call('/api/v1/apps', { method: 'POST', params: names })) as Record<string, unknown>;
    const { client_id: clientId, client_secret: clientSecret } = answer ?? {};
    // Some instances send the id as a number; `requireText` converts it.
    return { clientId: requireText(clientId, 255), clientSecret: requireText(clientSecret, 4096) };
  }

  /** Whether the instance still knows a registered app. @throws InstanceError `unreachable` */
  async knowsApp(clientId: string, clientSecret: string): Promise<boolean> {
    const params = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    try {
      await this.http.call('/oauth/token', { method: 'POST', params });
      return true;
    } catch (error) {
      if (!(error instanceof InstanceError) || error.fault === 'unreachable') throw error;
      // Only "invalid client" means unknown; other errors, such as an unsupported grant type, do not.
      return error.fault !== 'unauthorized';
    }
  }

  /** @returns the access token */
  async redeemCode(grant: Record<string, string>): Promise<string> {
    const answer = (await this.http.call('/oauth/token', { method: 'POST', params: grant })) as Record<string, unknown>;
    const token = requireText(answer?.access_token, 4096);
    if (!ACCESS_TOKEN.test(token)) throw unreadable();
    return token;
  }

  /** Revokes the token of this client. @param app that the token was issued to, if known */
  async revokeToken(app: { client_id: string; client_secret: string } | null): Promise<void> {
    const params = { token: this.token ?? '', ...app };
    await this.http.call('/oauth/revoke', { method: 'POST', params, timeout: REVOKE_TIMEOUT_MS });
  }

  /** @throws InstanceError `unauthorized`, also for other answers that mean an invalid token */
  async verifyCredentials(): Promise<RemoteAccount> {
    try {
      return toAccount(await this.http.call('/api/v1/accounts/verify_credentials'));
    } catch (error) {
      // snac answers an invalid token with 422.
      if (!(error instanceof InstanceError) || error.status !== 422) throw error;
      throw new InstanceError('unauthorized', 'The instance no longer accepts the token', error.details);
    }
  }

  /**
   * @param key idempotency key: instances that support it create one status for repeated requests
   * @param now used if the answer has no creation time
   */
  async postStatus(form: StatusForm, key: string, now: Date): Promise<RemoteStatus> {
    const headers = { 'idempotency-key': key };
    const json = withoutEmptyText(form);
    return toSentStatus(await this.http.call('/api/v1/statuses', { method: 'POST', json, headers }), now);
  }

  /** A page of the account's statuses, newest first. @param maxId exclusive start, if the instance supports it */
  async statuses(accountId: string, maxId: string | null = null): Promise<StatusPage> {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), exclude_reblogs: 'true' });
    if (maxId !== null) query.set('max_id', maxId);
    const answer = await this.http.call(`/api/v1/accounts/${encodeURIComponent(accountId)}/statuses?${query}`);
    return toStatusPage(answer, MAX_PAGE_SIZE);
  }

  /** A page of the account's home timeline, newest first. */
  private async home(maxId: string | null): Promise<StatusPage> {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(maxId !== null && { max_id: maxId }) });
    return toStatusPage(await this.http.call(`/api/v1/timelines/home?${query}`), MAX_PAGE_SIZE);
  }

  /**
   * Statuses, newest first, page by page until a page contains nothing new. A page may be empty.
   * @param from the account's own list, or its home timeline, which contains those of others too
   */
  async *statusesBack(accountId: string, from: 'account' | 'home' = 'account'): AsyncGenerator<RemoteStatus[]> {
    const seen = new Set<string>();
    for (let maxId: string | null = null; ; ) {
      const page: StatusPage = await (from === 'home' ? this.home(maxId) : this.statuses(accountId, maxId));
      const { statuses, lastId } = page;
      const fresh = statuses.filter(({ id }) => !seen.has(id));
      if (fresh.length === 0 && (lastId === null || seen.has(lastId))) return;
      yield fresh;
      for (const { id } of fresh) seen.add(id);
      maxId = lastId;
      if (maxId === null) return;
      seen.add(maxId);
    }
  }

  /** The source text of a status. @throws InstanceError `refused` if the instance does not return it */
  async statusSource(id: string): Promise<{ text: string; spoilerText: string }> {
    const source = (await this.http.call(`/api/v1/statuses/${encodeURIComponent(id)}/source`)) as Record<
      string,
      unknown
    >;
    if (typeof source?.text !== 'string') throw new InstanceError('refused', 'it does not say the text of the post');
    return { text: source.text, spoilerText: typeof source.spoiler_text === 'string' ? source.spoiler_text : '' };
  }

  async status(id: string): Promise<RemoteStatus> {
    return toStatus(await this.http.call(`/api/v1/statuses/${encodeURIComponent(id)}`));
  }

  /** @returns the status after the edit */
  async editStatus(id: string, form: StatusEdit): Promise<RemoteStatus> {
    const path = `/api/v1/statuses/${encodeURIComponent(id)}`;
    const send = async (json: object) => toStatus(await this.http.call(path, { method: 'PUT', json }));
    return send(form).catch((error: unknown) => {
      // Akkoma fails without the field, Hollo refuses it empty.
      if (form.status === '' && error instanceof InstanceError && error.isRefusal) return send(withoutEmptyText(form));
      throw error;
    });
  }

  /** @returns the attachment, which the instance may still be processing; see `mediaIsReady` */
  async uploadMedia(file: MediaFile): Promise<RemoteMedia> {
    const send = (path: string) =>
      this.http.call(path, { method: 'POST', ...toMultipart(file), timeout: UPLOAD_TIMEOUT_MS });
    const answer = await send('/api/v2/media').catch((error: unknown) => {
      if (error instanceof InstanceError && error.status === 404) return send('/api/v1/media');
      throw error;
    });
    return toMedia(answer);
  }

  async mediaIsReady(id: string): Promise<boolean> {
    const path = `/api/v1/media/${encodeURIComponent(id)}`;
    const answer = await this.http.send(path);
    // Instances without this route accept the attachment in a post, or report there that it is not ready.
    if (answer.status === 404 || answer.status === 405) return true;
    return this.http.read(answer, path) !== undefined && answer.status !== 206;
  }

  async describeMedia(id: string, description: string): Promise<void> {
    const path = `/api/v1/media/${encodeURIComponent(id)}`;
    await this.http.call(path, { method: 'PUT', json: { description } });
  }

  call(...args: Parameters<InstanceHttp['call']>): Promise<unknown> {
    return this.http.call(...args);
  }
}

function requireText(value: unknown, longest: number): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && text !== '' && text.length <= longest) return text;
  throw unreadable();
}

/** Some instances refuse an empty text; all accept an image without the field. */
function withoutEmptyText<T extends { status: string }>({ status, ...form }: T): Omit<T, 'status'> | T {
  return status === '' ? form : ({ status, ...form } as T);
}
