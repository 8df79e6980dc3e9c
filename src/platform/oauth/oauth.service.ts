import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { isDuplicateKey } from '../../database/database-errors';
import type { OAuthApp } from '../../database/entities/oauth-app.entity';
import type { OAuthState } from '../../database/entities/oauth-state.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import { kindByNodeInfo, probeAccount } from '../../fediverse/instance-description';
import { InstanceError, toPlatformError } from '../../fediverse/instance-error';
import type { ConnectStartView, PlatformType, PlatformView } from '../../protocol/http';
import type { SessionContext } from '../../session/session-context';
import { SessionLifecycleService } from '../../session/session-lifecycle.service';
import { AccountFinder } from '../account-finder';
import { Instances } from '../instances';
import { PlatformConnector } from '../platform-connector';
import { TokenCipher } from '../token-cipher';
import type { BeginConnectDto, OAuthCallback } from './oauth.dto';
import { OAuthRepository } from './oauth.repository';

/** How long the user may take at the instance. */
const AUTHORIZATION_TIMEOUT_MS = 15 * 60_000;
const SECRET_BYTES = 32;
/** The minimum that we need; Pixelfed has coarse scopes only. */
const SCOPES: Record<PlatformType, string> = {
  mastodon: 'read:accounts read:statuses write:media write:statuses',
  pixelfed: 'read write',
};

const sha256 = (text: string) => createHash('sha256').update(text);
/** Part of the redirect URI, so that each instance has its own: prevents mix-up attacks. */
const instanceKey = (instanceUrl: string): string => sha256(instanceUrl).digest('hex').slice(0, 16);

/** Connects an account by a sign-in at its instance: OAuth with PKCE and a state that is valid once. */
@Injectable()
export class OAuthService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: SessionLifecycleService,
    private readonly connector: PlatformConnector,
    private readonly finder: AccountFinder,
    private readonly rows: OAuthRepository,
    private readonly instances: Instances,
    private readonly cipher: TokenCipher,
    private readonly clock: Clock,
  ) {}

  /**
   * @param origin our origin as the browser sees it
   * @returns the URL to send the user to
   * @throws AppError VALIDATION_ERROR, PLATFORM_UNREACHABLE or PLATFORM_REJECTED
   */
  async begin(caller: SessionContext, form: BeginConnectDto, origin: string): Promise<ConnectStartView> {
    const { app, type } = await this.finder.callInstance(
      form.instance_url,
      'instance_url',
      null,
      async (instanceUrl) => {
        const reported = await kindByNodeInfo(this.instances.at(instanceUrl));
        const type = reported ?? form.platform_type ?? 'mastodon';
        return { app: await this.ensureApp(instanceUrl, origin, type), type };
      },
    );
    const state = randomBytes(SECRET_BYTES).toString('base64url');
    const verifier = randomBytes(SECRET_BYTES).toString('base64url');
    const stateHash = sha256(state).digest('hex');
    const now = this.clock.now();
    await this.sessions.runAuthorized(caller, async (tx) => {
      await this.rows.pruneStates(tx.em, now);
      await this.rows.insertState(tx.em, {
        stateHash,
        userId: caller.user.id,
        sessionId: caller.session.id,
        appKey: app.appKey,
        platformType: type,
        name: form.name ?? null,
        codeVerifier: this.cipher.seal(verifier, { column: 'oauth_states.code_verifier', id: stateHash }),
        expiresAt: new Date(now.getTime() + AUTHORIZATION_TIMEOUT_MS),
      });
    });
    const url = new URL('/oauth/authorize', app.instanceUrl);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: app.clientId,
      redirect_uri: app.redirectUri,
      scope: SCOPES[type],
      state,
      code_challenge: sha256(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    return { authorize_url: url.href };
  }

  /**
   * Completes the sign-in. The code is sent only to the instance for which the state was created.
   * @param key of the instance, from the redirect URI
   * @throws AppError OAUTH_STATE_INVALID, PLATFORM_ACCESS_DENIED (the user declined), PLATFORM_REJECTED or
   *   PLATFORM_UNREACHABLE
   */
  async finish(caller: SessionContext, key: string, { state, code, iss, error }: OAuthCallback): Promise<PlatformView> {
    // Some instances omit the state when the user declines; not required, as nothing is changed then.
    if (error === 'access_denied' && state === undefined) throw new AppError('PLATFORM_ACCESS_DENIED');
    const { begun, app } = await this.consumeState(caller, key, state, iss);
    if (error === 'access_denied') throw new AppError('PLATFORM_ACCESS_DENIED');
    if (error !== undefined || !code) throw new AppError('PLATFORM_REJECTED');
    try {
      const token = await this.redeem(code, begun, app);
      const probed = await probeAccount(this.instances.at(app.instanceUrl, token));
      return await this.connector.connectAccount(caller, {
        ...probed,
        instanceUrl: app.instanceUrl,
        platformType: begun.platformType,
        name: begun.name,
        token,
        appKey: app.appKey,
      });
    } catch (thrown) {
      throw toPlatformError(thrown);
    }
  }

  /** @returns the access token @throws InstanceError */
  private async redeem(code: string, begun: OAuthState, app: OAuthApp): Promise<string> {
    const place = { column: 'oauth_states.code_verifier', id: begun.stateHash } as const;
    const verifier = this.instances.open(begun.codeVerifier, place);
    try {
      return await this.instances.at(app.instanceUrl).redeemCode({
        grant_type: 'authorization_code',
        code,
        client_id: app.clientId,
        client_secret: this.secretOf(app),
        redirect_uri: app.redirectUri,
        code_verifier: verifier,
      });
    } catch (thrown) {
      if (thrown instanceof InstanceError && thrown.fault === 'unauthorized') {
        // The instance no longer knows the app: the next sign-in registers a new one.
        await this.work.write((tx) => this.rows.removeApp(tx.em, app));
      }
      throw thrown;
    }
  }

  private async consumeState(caller: SessionContext, key: string, state: string | undefined, iss: string | undefined) {
    const stateHash = sha256(state ?? '').digest('hex');
    const bound = { stateHash, userId: caller.user.id, sessionId: caller.session.id };
    const taken = await this.sessions.runAuthorized(caller, async (tx) => {
      const begun = await this.rows.takeState(tx.em, bound);
      return { begun, app: begun && (await this.rows.findApp(tx.em, begun.appKey)) };
    });
    const { begun, app } = taken as { begun: OAuthState | null; app: OAuthApp | null };
    const fits =
      begun !== null &&
      app !== null &&
      begun.expiresAt > this.clock.now() &&
      instanceKey(app.instanceUrl) === key &&
      (iss === undefined || iss.replace(/\/$/, '') === app.instanceUrl);
    if (!fits) throw new AppError('OAUTH_STATE_INVALID');
    return { begun, app };
  }

  /** Our app at the instance; registers one if the instance has none (any more). @throws InstanceError */
  private async ensureApp(instanceUrl: string, origin: string, type: PlatformType): Promise<OAuthApp> {
    const redirectUri = `${origin}/platforms/callback/${instanceKey(instanceUrl)}`;
    const appKey = sha256(`${instanceUrl}\n${redirectUri}\n${SCOPES[type]}`).digest('hex');
    const known = await this.work.read((em) => this.rows.findApp(em, appKey));
    try {
      if (known) {
        if (await this.isKnown(known)) return known;
        await this.work.write((tx) => this.rows.removeApp(tx.em, known));
      }
      const names = { client_name: 'Vedfolnir', redirect_uris: redirectUri, scopes: SCOPES[type], website: origin };
      const { clientId, clientSecret } = await this.instances.at(instanceUrl).registerApp(names);
      const sealed = this.cipher.seal(clientSecret, { column: 'oauth_apps.client_secret', id: appKey });
      const app = { appKey, instanceUrl, redirectUri, clientId, clientSecret: sealed, createdAt: this.clock.now() };
      await this.work.write((tx) => this.rows.insertApp(tx.em, app));
      return app;
    } catch (error) {
      // A concurrent request has stored its registration; both are valid, and that one is used.
      if (isDuplicateKey(error)) return (await this.work.read((em) => this.rows.findApp(em, appKey)))!;
      throw error;
    }
  }

  /** @throws InstanceError `unreachable` */
  private async isKnown(app: OAuthApp): Promise<boolean> {
    try {
      return await this.instances.at(app.instanceUrl).knowsApp(app.clientId, this.secretOf(app));
    } catch (error) {
      // A secret that cannot be decrypted is as useless as one that the instance does not know.
      if (error instanceof InstanceError && error.fault === 'unauthorized') return false;
      throw error;
    }
  }

  /** @throws InstanceError */
  private secretOf({ appKey, clientSecret }: OAuthApp): string {
    return this.instances.open(clientSecret, { column: 'oauth_apps.client_secret', id: appKey });
  }
}
