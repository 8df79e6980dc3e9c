/** The routes of a pretended instance. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type FakeAccount, FakeRefusal, type FakeStatus, type FakeStore } from './fake-store';
import { FakeViews } from './fake-views';

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  fields: Record<string, unknown>;
  file: { bytes: Buffer; mimeType: string } | null;
}

export interface FakeAnswer {
  status: number;
  json?: unknown;
  html?: string;
  bytes?: Buffer;
  headers?: Record<string, string>;
}

type Route = (asked: Asked, id: string) => FakeAnswer;

const ok = (json: unknown): FakeAnswer => ({ status: 200, json });
const found = (location: string): FakeAnswer => ({ status: 302, headers: { location } });

export class FakeRoutes {
  private readonly views: FakeViews;
  /** `METHOD /path`, with `:id` for one segment. */
  private readonly table: Record<string, Route> = {
    'GET /': () => ({ status: 200, html: this.views.page() }),
    'GET /media/:id': (_, id) => this.file(id),
    'GET /@:id': () => found('/'),
    'GET /@:id/:id': (_, id) => found(`/#s${id}`),
    'GET /.well-known/oauth-authorization-server': () => ok(this.metadata()),
    'POST /api/v1/apps': (asked) => this.registerApp(asked),
    'GET /oauth/authorize': (asked) => this.askPerson(asked),
    'POST /oauth/authorize': (asked) => this.decide(asked),
    'POST /oauth/token': (asked) => this.token(asked),
    'POST /oauth/revoke': (asked) => {
      this.store.tokens.delete(String(asked.fields.token));
      return ok({});
    },
    'GET /api/v1/instance': () => ok(this.views.instance(1)),
    'GET /api/v2/instance': () => {
      if (!(this.store.options.knowsV2 ?? !this.store.isPixelfed)) throw new FakeRefusal(404, 'Record not found');
      return ok(this.views.instance(2));
    },
    'GET /api/v1/accounts/verify_credentials': (asked) => ok(this.views.account(this.caller(asked))),
    'GET /api/v1/accounts/:id/statuses': (asked, id) => this.listStatuses(asked, id),
    'POST /api/v2/media': (asked) => this.upload(asked),
    'POST /api/v1/media': (asked) => this.upload(asked),
    'GET /api/v1/media/:id': (asked, id) => this.mediaState(asked, id),
    'PUT /api/v1/media/:id': (asked, id) => this.describe(asked, id),
    'POST /api/v1/statuses': (asked) => {
      const key = asked.headers['idempotency-key'];
      return ok(this.views.status(this.store.post(this.caller(asked), asked.fields, key ? String(key) : null)));
    },
    'GET /api/v1/statuses/:id': (asked, id) => ok(this.views.status(this.own(asked, id))),
    'GET /api/v1/statuses/:id/source': (asked, id) => {
      const { text, spoilerText } = this.own(asked, id);
      return ok({ id, text, spoiler_text: spoilerText });
    },
    'PUT /api/v1/statuses/:id': (asked, id) => this.edit(asked, id),
  };

  constructor(
    private readonly store: FakeStore,
    private readonly url: () => string,
  ) {
    this.views = new FakeViews(store, url);
  }

  /** @throws FakeRefusal */
  answer(asked: Asked): FakeAnswer {
    for (const [route, answer] of Object.entries(this.table)) {
      const [method, path] = route.split(' ') as [string, string];
      if (method !== asked.method) continue;
      const match = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(':id', '([\\w-]+)')}$`).exec(asked.path);
      if (match) return answer(asked, match.at(-1) ?? '');
    }
    throw new FakeRefusal(404, 'Record not found');
  }

  private caller({ headers }: Asked): FakeAccount {
    const account = this.store.tokens.get((headers.authorization ?? '').replace(/^Bearer /, ''));
    if (!account) throw new FakeRefusal(401, 'The access token is invalid');
    return account;
  }

  private own(asked: Asked, id: string): FakeStatus {
    const { id: accountId } = this.caller(asked);
    const status = this.store.statuses.find((each) => each.id === id && each.accountId === accountId);
    if (!status) throw new FakeRefusal(404, 'Record not found');
    return status;
  }

  private metadata() {
    const url = this.url();
    return {
      issuer: `${url}/`,
      authorization_endpoint: `${url}/oauth/authorize`,
      token_endpoint: `${url}/oauth/token`,
      code_challenge_methods_supported: ['S256'],
    };
  }

  private registerApp({ fields }: Asked): FakeAnswer {
    const id = randomBytes(16).toString('hex');
    const redirectUri = String(fields.redirect_uris ?? '');
    if (!URL.canParse(redirectUri))
      throw new FakeRefusal(422, 'Validation failed: Redirect URI must be an absolute URI');
    const app = { secret: randomBytes(16).toString('hex'), redirectUri, name: String(fields.client_name ?? '') };
    this.store.apps.set(id, app);
    return ok({ id: '1', name: app.name, redirect_uri: redirectUri, client_id: id, client_secret: app.secret });
  }

  private askPerson({ query }: Asked): FakeAnswer {
    const app = this.store.apps.get(query.get('client_id') ?? '');
    if (!app || app.redirectUri !== query.get('redirect_uri')) throw new FakeRefusal(400, 'invalid_client');
    return { status: 200, html: this.views.authorizePage(app.name, Object.fromEntries(query)) };
  }

  private decide({ fields }: Asked): FakeAnswer {
    const text = (name: string): string => String(fields[name] ?? '');
    const app = this.store.apps.get(text('client_id'));
    if (!app || app.redirectUri !== text('redirect_uri')) throw new FakeRefusal(400, 'invalid_client');
    const target = new URL(app.redirectUri);
    target.searchParams.set('state', text('state'));
    if (text('decision') !== 'allow') {
      target.searchParams.set('error', 'access_denied');
    } else if (text('code_challenge_method') !== 'S256') {
      target.searchParams.set('error', 'invalid_request');
    } else {
      const code = randomBytes(16).toString('hex');
      const account = this.store.account(text('username') || 'someone');
      const challenge = text('code_challenge');
      const grant = { clientId: text('client_id'), redirectUri: app.redirectUri, challenge, account, used: false };
      this.store.codes.set(code, grant);
      target.searchParams.set('code', code);
    }
    return found(target.href);
  }

  private token({ fields }: Asked): FakeAnswer {
    const text = (name: string): string => String(fields[name] ?? '');
    const app = this.store.apps.get(text('client_id'));
    if (app?.secret !== text('client_secret')) throw new FakeRefusal(401, 'invalid_client');
    // A token of the app alone, which acts for nobody.
    if (text('grant_type') === 'client_credentials') {
      return ok({ access_token: randomBytes(24).toString('base64url'), token_type: 'Bearer', scope: 'read' });
    }
    if (text('grant_type') !== 'authorization_code') throw new FakeRefusal(400, 'unsupported_grant_type');
    const account = this.store.redeem(text('code'), text('client_id'), text('redirect_uri'), text('code_verifier'));
    return ok({ access_token: this.store.issueToken(account), token_type: 'Bearer', scope: text('scope') });
  }

  private listStatuses(asked: Asked, accountId: string): FakeAnswer {
    this.caller(asked);
    const limit = Math.min(Number(asked.query.get('limit') ?? 20), 40);
    const { min_id: after, max_id: before } = Object.fromEntries(asked.query);
    const own = this.store.statuses.filter(
      (each) =>
        each.accountId === accountId &&
        (!after || BigInt(each.id) > BigInt(after)) &&
        (!before || BigInt(each.id) < BigInt(before)),
    );
    // `min_id`: the page right after it; Pixelfed gives the newest page all the same.
    const page = after && !this.store.isPixelfed ? own.slice(0, limit) : own.slice(-limit);
    return ok([...page].reverse().map((each) => this.views.status(each)));
  }

  private upload(asked: Asked): FakeAnswer {
    const account = this.caller(asked);
    const { file } = asked;
    if (!file) throw new FakeRefusal(422, "Validation failed: File can't be blank");
    if (!this.store.mimeTypes.includes(file.mimeType))
      throw new FakeRefusal(422, 'Validation failed: File type is not supported');
    if (file.bytes.length > this.store.imageSize) throw new FakeRefusal(422, 'Validation failed: File is too large');
    const pending = asked.path.includes('/v2/') && !this.store.isPixelfed ? (this.store.options.mediaDelay ?? 1) : 0;
    const description = asked.fields.description ? String(asked.fields.description) : null;
    const media = { id: this.store.nextId(), accountId: account.id, ...file, description, pending, attached: false };
    this.store.media.set(media.id, media);
    return { status: pending > 0 ? 202 : 200, json: this.views.media(media) };
  }

  private mediaOf(asked: Asked, id: string) {
    const account = this.caller(asked);
    const media = this.store.media.get(id);
    if (media?.accountId !== account.id) throw new FakeRefusal(404, 'Record not found');
    return media;
  }

  private mediaState(asked: Asked, id: string): FakeAnswer {
    if (this.store.isPixelfed) throw new FakeRefusal(404, 'Record not found');
    const media = this.mediaOf(asked, id);
    if (media.pending > 0) {
      media.pending--;
      return { status: 206, json: this.views.media(media) };
    }
    return ok(this.views.media(media));
  }

  /** Mastodon does not touch what is attached already: that is an edit of the status. */
  private describe(asked: Asked, id: string): FakeAnswer {
    const media = this.mediaOf(asked, id);
    if (media.attached && !this.store.isPixelfed) throw new FakeRefusal(404, 'Record not found');
    media.description = String(asked.fields.description ?? '');
    return ok(this.views.media(media));
  }

  private edit(asked: Asked, id: string): FakeAnswer {
    const status = this.own(asked, id);
    if (this.store.isPixelfed) throw new FakeRefusal(404, 'Record not found');
    const { fields } = asked;
    this.store.requireFitting(String(fields.status ?? ''), String(fields.spoiler_text ?? ''));
    const ids = Array.isArray(fields.media_ids) ? fields.media_ids.map(String) : [];
    status.media = ids.map((each) => this.mediaOf(asked, each));
    for (const each of (fields.media_attributes ?? []) as { id: string; description: string }[]) {
      this.mediaOf(asked, each.id).description = each.description;
    }
    Object.assign(status, { text: String(fields.status ?? ''), spoilerText: String(fields.spoiler_text ?? '') });
    status.editedAt = new Date();
    return ok(this.views.status(status));
  }

  private file(id: string): FakeAnswer {
    const media = this.store.media.get(id);
    if (!media) throw new FakeRefusal(404, 'Record not found');
    return {
      status: 200,
      bytes: media.bytes,
      headers: { 'content-type': media.mimeType, 'x-content-type-options': 'nosniff' },
    };
  }
}
