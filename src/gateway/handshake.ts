import { Inject, Injectable } from '@nestjs/common';
import { AppError, invalidField } from '../common/app-error';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import { toAppError } from '../common/to-app-error';
import { clientAddress } from '../http/client-address';
import { isOwnOrigin } from '../session/own-origin';
import { SessionService } from '../session/session.service';
import { readSecret } from '../session/session-cookie';
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
    const request = socket.request;
    const secret = readSecret(this.config, request);
    if (!secret) throw new AppError('AUTHENTICATION_REQUIRED');
    const { session, user } = await this.sessions.authenticate(secret, clientAddress(request, this.config.trustProxy));
    socket.data = { sessionId: session.id, tokenHash: session.tokenHash, userId: user.id, tabId };
  }
}
