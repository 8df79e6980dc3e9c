/** OAuth with PKCE of a fake instance. */
import { randomBytes } from 'node:crypto';
import { covers, MASTODON_SCOPES, PIXELFED_SCOPES } from './fake-access';
import { type Asked, type FakeAnswer, found, ok } from './fake-http';
import { FakeRefusal, type FakeStore } from './fake-store';
import type { FakeViews } from './fake-views';

/** Splits a scope parameter; the default is `read`. */
const scopesOf = (asked: unknown): string[] => String(asked || 'read').split(' ');

export class FakeOAuth {
  constructor(
    private readonly store: FakeStore,
    private readonly views: FakeViews,
    private readonly url: () => string,
  ) {}

  metadata() {
    const url = this.url();
    return {
      issuer: `${url}/`,
      authorization_endpoint: `${url}/oauth/authorize`,
      token_endpoint: `${url}/oauth/token`,
      code_challenge_methods_supported: ['S256'],
      scopes_supported: this.store.isPixelfed ? PIXELFED_SCOPES : MASTODON_SCOPES,
    };
  }

  registerApp({ fields }: Asked): FakeAnswer {
    const id = randomBytes(16).toString('hex');
    const redirectUri = String(fields.redirect_uris ?? '');
    if (!URL.canParse(redirectUri))
      throw new FakeRefusal(422, 'Validation failed: Redirect URI must be an absolute URI');
    const scopes = scopesOf(fields.scopes);
    const known = this.store.isPixelfed ? PIXELFED_SCOPES : MASTODON_SCOPES;
    if (!scopes.every((scope) => known.includes(scope))) {
      throw new FakeRefusal(422, "Validation failed: Scopes doesn't match configured on the server.");
    }
    const name = String(fields.client_name ?? '');
    const app = { secret: randomBytes(16).toString('hex'), redirectUri, name, scopes };
    this.store.apps.set(id, app);
    return ok({ id: '1', name: app.name, redirect_uri: redirectUri, client_id: id, client_secret: app.secret });
  }

  askPerson({ query }: Asked): FakeAnswer {
    const app = this.store.apps.get(query.get('client_id') ?? '');
    if (!app || app.redirectUri !== query.get('redirect_uri')) throw new FakeRefusal(400, 'invalid_client');
    return { status: 200, html: this.views.authorizePage(app.name, Object.fromEntries(query)) };
  }

  decide({ fields }: Asked): FakeAnswer {
    const text = (name: string): string => String(fields[name] ?? '');
    const app = this.store.apps.get(text('client_id'));
    if (!app || app.redirectUri !== text('redirect_uri')) throw new FakeRefusal(400, 'invalid_client');
    const target = new URL(app.redirectUri);
    target.searchParams.set('state', text('state'));
    if (text('decision') !== 'allow') {
      target.searchParams.set('error', 'access_denied');
    } else if (text('code_challenge_method') !== 'S256') {
      target.searchParams.set('error', 'invalid_request');
    } else if (!scopesOf(fields.scope).every((scope) => covers(app.scopes, scope))) {
      target.searchParams.set('error', 'invalid_scope');
    } else {
      const code = randomBytes(16).toString('hex');
      const account = this.store.account(text('username') || 'someone');
      const challenge = text('code_challenge');
      const token = { account, scopes: scopesOf(fields.scope) };
      const { redirectUri } = app;
      this.store.codes.set(code, { ...token, clientId: text('client_id'), redirectUri, challenge, used: false });
      target.searchParams.set('code', code);
    }
    return found(target.href);
  }

  token({ fields }: Asked): FakeAnswer {
    const text = (name: string): string => String(fields[name] ?? '');
    const app = this.store.apps.get(text('client_id'));
    if (app?.secret !== text('client_secret')) throw new FakeRefusal(401, 'invalid_client');
    // An app token, which belongs to no account.
    if (text('grant_type') === 'client_credentials') {
      return ok({ access_token: randomBytes(24).toString('base64url'), token_type: 'Bearer', scope: 'read' });
    }
    if (text('grant_type') !== 'authorization_code') throw new FakeRefusal(400, 'unsupported_grant_type');
    const grant = this.store.redeem(text('code'), text('client_id'), text('redirect_uri'), text('code_verifier'));
    const access_token = this.store.issueToken(grant.account, grant.scopes);
    return ok({ access_token, token_type: 'Bearer', scope: grant.scopes.join(' ') });
  }
}
