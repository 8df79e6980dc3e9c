import { fastifyCookie } from '@fastify/cookie';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, invalidField } from '../common/app-error';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import { toAppError } from '../common/to-app-error';
import { isOwnOrigin } from '../session/origin.guard';
import { SessionService } from '../session/session.service';
import { cookieName, isSecure } from '../session/session-cookie';
import type { AppSocket } from './socket-types';

/** Who may open a socket: decided before the connection exists. */
@Injectable()
export class Handshake {
  constructor(
    private readonly sessions: SessionService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** A Socket.IO middleware; a refusal reaches the client as `connect_error` with `data.error_code`. */
  readonly check = (socket: AppSocket, next: (error?: Error) => void): void => {
    this.admit(socket).then(
      () => next(),
      (thrown: unknown) => {
        const error = toAppError(thrown);
        next(Object.assign(new Error(error.message), { data: error.toBody() }));
      },
    );
  };

  /** @throws AppError ORIGIN_REFUSED, VALIDATION_ERROR, or why there is no live session */
  private async admit(socket: AppSocket): Promise<void> {
    const { headers, auth } = socket.handshake;
    if (!isOwnOrigin(this.config, headers.origin, headers.host)) throw new AppError('ORIGIN_REFUSED');
    const tabId: unknown = auth.tab_id ?? null;
    if (tabId !== null && (typeof tabId !== 'string' || !/^[\w.:-]{1,64}$/.test(tabId))) {
      throw invalidField('tab_id', 'tab_id must be a short text of letters, digits and . : _ -');
    }
    const secret = this.secretOf(socket);
    if (!secret) throw new AppError('AUTHENTICATION_REQUIRED');
    const { session, user } = await this.sessions.authenticate(secret, this.addressOf(socket));
    socket.data = { sessionId: session.id, tokenHash: session.tokenHash, userId: user.id, tabId };
  }

  /** As for requests: past as many proxies as are ours, and no word further. */
  private addressOf({ handshake }: AppSocket): string {
    const told = String(handshake.headers['x-forwarded-for'] ?? '').split(',');
    const chain = [...told, handshake.address].map((address) => address.trim()).filter(Boolean);
    return chain.at(-1 - this.config.trustProxy) ?? chain[0]!;
  }

  private secretOf(socket: AppSocket): string | undefined {
    const { headers, secure } = socket.handshake;
    // Of several proxies the last one speaks, as it does for requests.
    const forwarded = this.config.trustProxy > 0 && lastOf(headers['x-forwarded-proto']) === 'https';
    const name = cookieName(isSecure(this.config, secure || forwarded ? 'https' : 'http'));
    return fastifyCookie.parse(headers.cookie ?? '')[name];
  }
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim();
}
