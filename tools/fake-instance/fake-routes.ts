/** The routes of a fake instance. */
import { requireScope } from './fake-access';
import { type Asked, type FakeAnswer, found, ok } from './fake-http';
import { FakeOAuth } from './fake-oauth';
import { type FakeAccount, FakeRefusal, type FakeStatus, type FakeStore, type FakeToken } from './fake-store';
import { FakeViews } from './fake-views';

type Route = (asked: Asked, id: string) => FakeAnswer;

export class FakeRoutes {
  private readonly views: FakeViews;
  private readonly oauth: FakeOAuth;
  /** `METHOD /path`, with `:id` for one segment. */
  private readonly table: Record<string, Route> = {
    'GET /': () => ({ status: 200, html: this.views.page() }),
    'GET /media/:id': (_, id) => this.file(id),
    'GET /@:id': () => found('/'),
    'GET /@:id/:id': (_, id) => found(`/#s${id}`),
    'GET /.well-known/oauth-authorization-server': () => ok(this.oauth.metadata()),
    'GET /.well-known/nodeinfo': () => ok(this.views.nodeInfoLinks()),
    'GET /nodeinfo/2.0': () => ok(this.views.nodeInfo()),
    'POST /api/v1/apps': (asked) => this.oauth.registerApp(asked),
    'GET /oauth/authorize': (asked) => this.oauth.askPerson(asked),
    'POST /oauth/authorize': (asked) => this.oauth.decide(asked),
    'POST /oauth/token': (asked) => this.oauth.token(asked),
    'POST /oauth/revoke': (asked) => {
      // Accepts any caller: the app that the token was issued to, or the token itself.
      this.store.tokens.delete(String(asked.fields.token));
      return ok({});
    },
    'GET /api/v1/instance': () => this.describe(1, true),
    'GET /api/v2/instance': () => this.describe(2, this.store.options.knowsV2 ?? this.store.profile.v2 !== 'missing'),
    'GET /api/v1/accounts/verify_credentials': (asked) => ok(this.views.account(this.caller(asked, 0))),
    'GET /api/v1/accounts/:id/statuses': (asked, id) => this.listStatuses(asked, id),
    'GET /api/v1/timelines/home': (asked) => this.page(asked, ({ accountId }) => accountId === this.caller(asked).id),
    'POST /api/v2/media': (asked) => this.upload(asked),
    'POST /api/v1/media': (asked) => this.upload(asked),
    'GET /api/v1/media/:id': (asked, id) => this.mediaState(asked, id),
    'PUT /api/v1/media/:id': (asked, id) => this.describeMedia(asked, id),
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
    url: () => string,
  ) {
    this.views = new FakeViews(store, url);
    this.oauth = new FakeOAuth(store, this.views, url);
  }

  answer(asked: Asked): FakeAnswer {
    const headers: Record<string, string> = { date: this.store.now().toUTCString() };
    try {
      const { route, answer, id } = this.find(asked);
      const token = this.tokenOf(asked);
      if (token) {
        const { headers: limits, passed } = this.store.rateLimits.count(token.account.id, route, this.store.now());
        Object.assign(headers, limits);
        const reset = headers['x-ratelimit-reset']!;
        if (this.store.profile.resetsInSeconds)
          headers['x-ratelimit-reset'] = String(Math.ceil(Date.parse(reset) / 1000));
        if (passed) throw new FakeRefusal(429, 'Too many requests');
        requireScope(token, route, this.store.isPixelfed);
      }
      const answered = answer(asked, id);
      return { ...answered, headers: { ...headers, ...answered.headers } };
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof FakeRefusal && error.isValidation) {
        return { status: error.status, json: { message, errors: { field: [message] } }, headers };
      }
      return { status: error instanceof FakeRefusal ? error.status : 500, json: { error: message }, headers };
    }
  }

  /** @throws FakeRefusal */
  private find(asked: Asked): { route: string; answer: Route; id: string } {
    for (const [route, answer] of Object.entries(this.table)) {
      const [method, path] = route.split(' ') as [string, string];
      if (method !== asked.method) continue;
      const match = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(':id', '([\\w.-]+)')}$`).exec(asked.path);
      if (match) return { route, answer, id: match.at(-1) ?? '' };
    }
    throw new FakeRefusal(404, 'Record not found');
  }

  private tokenOf({ headers }: Asked): FakeToken | undefined {
    return this.store.findToken((headers.authorization ?? '').replace(/^Bearer /, ''));
  }

  /** @param where index into `deadToken`: 0 for `verify_credentials`, 1 for other routes */
  private caller(asked: Asked, where: 0 | 1 = 1): FakeAccount {
    const token = this.tokenOf(asked);
    if (token) return token.account;
    const status = this.store.profile.deadToken?.[where] ?? 401;
    throw new FakeRefusal(status, status === 500 ? 'Unauthenticated.' : 'The access token is invalid');
  }

  private own(asked: Asked, id: string): FakeStatus {
    const { id: accountId } = this.caller(asked);
    const status = this.store.statuses.find((each) => each.id === id && each.accountId === accountId);
    if (!status) throw new FakeRefusal(404, 'Record not found');
    return status;
  }

  private listStatuses(asked: Asked, accountId: string): FakeAnswer {
    this.caller(asked);
    const { listsPublicOnly } = this.store.profile;
    const isListed = ({ visibility }: FakeStatus) => !listsPublicOnly || /public|unlisted/.test(visibility);
    return this.page(asked, (each) => each.accountId === accountId && isListed(each));
  }

  private page(asked: Asked, isListed: (status: FakeStatus) => boolean): FakeAnswer {
    const { ignoresPaging, pagesForward } = this.store.profile;
    const limit = ignoresPaging ? 256 : Math.min(Number(asked.query.get('limit') ?? 20), 40);
    const { min_id: after, max_id: before } = Object.fromEntries(asked.query);
    const listed = this.store.statuses.filter(
      (each) =>
        isListed(each) &&
        (!after || each.id > after || ignoresPaging) &&
        (!before || each.id < before || ignoresPaging),
    );
    const page = after && pagesForward ? listed.slice(0, limit) : listed.slice(-limit);
    return ok([...page].reverse().map((each) => this.views.status(each)));
  }

  private describe(version: 1 | 2, isKnown: boolean): FakeAnswer {
    if (this.store.options.isClosed || !isKnown) throw new FakeRefusal(404, 'Record not found');
    if (version === 2 && this.store.profile.v2 === 'page') return { status: 200, html: this.views.page() };
    return ok(this.views.instance(version));
  }

  private upload(asked: Asked): FakeAnswer {
    const account = this.caller(asked);
    const { file } = asked;
    if (!file) throw new FakeRefusal(422, "Validation failed: File can't be blank");
    if (!this.store.mimeTypes.includes(file.mimeType))
      throw new FakeRefusal(422, 'Validation failed: File type is not supported');
    if (file.bytes.length > this.store.imageSize) throw new FakeRefusal(422, 'Validation failed: File is too large');
    const { mediaSteps, mediaAreFiles } = this.store.profile;
    const pending =
      asked.path.includes('/v2/') && mediaSteps !== null ? (this.store.options.mediaDelay ?? mediaSteps) : 0;
    const description = asked.fields.description ? String(asked.fields.description) : null;
    if (this.store.isPixelfed && (description?.length ?? 0) > 1000) {
      throw new FakeRefusal(500, 'The description must not be greater than 1000 characters.', true);
    }
    const id = mediaAreFiles ? `${this.store.nextId()}.png` : this.store.nextId();
    const media = { id, accountId: account.id, ...file, description, pending, attached: false };
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
    if (this.store.profile.mediaSteps === null) throw new FakeRefusal(404, 'Record not found');
    const media = this.mediaOf(asked, id);
    if (media.pending > 0) {
      media.pending--;
      return { status: 206, json: this.views.media(media) };
    }
    return ok(this.views.media(media));
  }

  private describeMedia(asked: Asked, id: string): FakeAnswer {
    const media = this.mediaOf(asked, id);
    if (media.attached && !this.store.profile.describesAttached) throw new FakeRefusal(404, 'Record not found');
    media.description = String(asked.fields.description ?? '');
    return ok(this.views.media(media));
  }

  private edit(asked: Asked, id: string): FakeAnswer {
    const status = this.own(asked, id);
    const { edits, requiresTextInEdits, resetsLanguageInEdits } = this.store.profile;
    if (edits === 'nothing') throw new FakeRefusal(404, 'Record not found');
    const { fields } = asked;
    if (requiresTextInEdits && fields.status === undefined) throw new FakeRefusal(500, 'Internal server error');
    this.store.requireText(fields);
    this.store.requireFitting(String(fields.status ?? ''), String(fields.spoiler_text ?? ''));
    if (edits.includes('media')) {
      const ids = Array.isArray(fields.media_ids) ? fields.media_ids.map(String) : [];
      status.media = this.store.attached(ids.map((each) => this.mediaOf(asked, each)));
    }
    if (edits.includes('descriptions')) {
      for (const each of (fields.media_attributes ?? []) as { id: string; description: string }[]) {
        this.mediaOf(asked, each.id).description = each.description;
      }
    }
    Object.assign(status, { text: String(fields.status ?? ''), spoilerText: String(fields.spoiler_text ?? '') });
    if (resetsLanguageInEdits) status.language = fields.language ? String(fields.language) : null;
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
