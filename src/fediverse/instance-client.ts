/** The few routes of the Mastodon API that we use, which other kinds of server speak too: typed, over the guarded fetch. */
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

/** Sending a file may take longer than a question; ms. */
const UPLOAD_TIMEOUT_MS = 60_000;
/** Removing a connection does not wait longer; ms. */
const REVOKE_TIMEOUT_MS = 3000;
/** What fits into the header that a token goes in. */
export const ACCESS_TOKEN = /^[\x21-\x7e]{1,4096}$/;
/** Statuses per page, the most that instances give; and what is taken of those that give what they like. */
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
   * @param token null: as a stranger
   * @param pauses shared by all that speak with that token; null: none are kept
   */
  constructor(
    fetch: GuardedFetch,
    instanceUrl: string,
    private readonly token: string | null,
    pauses: RateLimitPauses | null = null,
  ) {
    this.http = new InstanceHttp(fetch, instanceUrl, token, pauses);
  }

  /** With the port, where there is one. */
  get host(): string {
    return this.http.host;
  }

  async registerApp(names: Record<'client_name' | 'redirect_uris' | 'scopes' | 'website', string>) {
    const answer = (await this.http.call('/api/v1/apps', { method: 'POST', params: names })) as Record<string, unknown>;
    const { client_id: clientId, client_secret: clientSecret } = answer ?? {};
    // Some give a number for an id.
    return { clientId: requireText(clientId, 255), clientSecret: requireText(clientSecret, 4096) };
  }

  /** Whether the instance still knows an app that it once registered. @throws InstanceError `unreachable` */
  async knowsApp(clientId: string, clientSecret: string): Promise<boolean> {
    const params = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    try {
      await this.http.call('/oauth/token', { method: 'POST', params });
      return true;
    } catch (error) {
      if (!(error instanceof InstanceError) || error.fault === 'unreachable') throw error;
      // Anything but "invalid client" says nothing of the app, such as an instance that knows no such grant.
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

  /** Ends the token of this client. @param app what it was given to, where that is known */
  async revokeToken(app: { client_id: string; client_secret: string } | null): Promise<void> {
    const params = { token: this.token ?? '', ...app };
    await this.http.call('/oauth/revoke', { method: 'POST', params, timeout: REVOKE_TIMEOUT_MS });
  }

  /** @throws InstanceError `unauthorized` also where the instance says in another way that the token is none */
  async verifyCredentials(): Promise<RemoteAccount> {
    try {
      return toAccount(await this.http.call('/api/v1/accounts/verify_credentials'));
    } catch (error) {
      // snac says so with 422.
      if (!(error instanceof InstanceError) || error.status !== 422) throw error;
      throw new InstanceError('unauthorized', 'The instance no longer accepts the token', error.details);
    }
  }

  /**
   * @param key of one post: sent twice with the same key, it is posted once where the instance knows such keys
   * @param now stands for the time that the instance leaves out
   */
  async postStatus(form: StatusForm, key: string, now: Date): Promise<RemoteStatus> {
    const headers = { 'idempotency-key': key };
    const json = withoutEmptyText(form);
    return toSentStatus(await this.http.call('/api/v1/statuses', { method: 'POST', json, headers }), now);
  }

  /** The account's own, newest first. @param maxId the one that the page begins after, where the instance knows that */
  async statuses(accountId: string, maxId: string | null = null): Promise<StatusPage> {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), exclude_reblogs: 'true' });
    if (maxId !== null) query.set('max_id', maxId);
    const answer = await this.http.call(`/api/v1/accounts/${encodeURIComponent(accountId)}/statuses?${query}`);
    return toStatusPage(answer, MAX_PAGE_SIZE);
  }

  /** The account's own, newest first, in pages that bring something new: as far back as the caller goes on to ask. */
  async *statusesBack(accountId: string): AsyncGenerator<RemoteStatus[]> {
    const seen = new Set<string>();
    for (let maxId: string | null = null; ; ) {
      const { statuses } = await this.statuses(accountId, maxId);
      const fresh = statuses.filter(({ id }) => !seen.has(id));
      if (fresh.length === 0) return;
      yield fresh;
      for (const { id } of fresh) seen.add(id);
      maxId = fresh.at(-1)!.id;
    }
  }

  /** The text as it was written. @throws InstanceError `refused` where the instance does not keep it */
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

  async editStatus(id: string, form: StatusEdit): Promise<void> {
    const json = withoutEmptyText(form);
    await this.http.call(`/api/v1/statuses/${encodeURIComponent(id)}`, { method: 'PUT', json });
  }

  /** @returns the attachment, which the instance may still be working on: see `mediaIsReady` */
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
    // Some know no such question: what they have taken is ready, or they say in posting that it is not.
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

/** Some take no text of no letters; without the field an image may stand alone everywhere. */
function withoutEmptyText<T extends { status: string }>({ status, ...form }: T): Omit<T, 'status'> | T {
  return status === '' ? form : ({ status, ...form } as T);
}
