import { Injectable } from '@nestjs/common';
import { invalidField } from '../common/app-error';
import { toAppError } from '../common/to-app-error';
import { SocketAuthenticator } from '../session/socket-authenticator';
import { SocketBudgets } from './socket-budgets';
import type { AppSocket } from './socket-types';

/** Authorises a socket before it joins the namespace. */
@Injectable()
export class Handshake {
  constructor(
    private readonly authenticator: SocketAuthenticator,
    private readonly budgets: SocketBudgets,
  ) {}

  /** A Socket.IO middleware; a rejection reaches the client as `connect_error` with `data.error_code`. */
  readonly check = (socket: AppSocket, next: (error?: Error) => void): void => {
    this.admit(socket).then(
      () => next(),
      (thrown: unknown) => {
        const error = toAppError(thrown);
        next(Object.assign(new Error(error.message), { data: error.toBody() }));
      },
    );
  };

  /** @throws AppError ORIGIN_REFUSED, VALIDATION_ERROR, RATE_LIMITED, or the reason why the session is not live */
  private async admit(socket: AppSocket): Promise<void> {
    const tabId: unknown = socket.handshake.auth.tab_id ?? null;
    if (tabId !== null && (typeof tabId !== 'string' || !/^[\w.:-]{1,64}$/.test(tabId))) {
      throw invalidField('tab_id', 'tab_id must be a short text of letters, digits and . : _ -');
    }
    // A host may enable long polling for another namespace; ours rejects it, as it needs sticky sessions.
    if (socket.conn.transport.name !== 'websocket') throw invalidField('transport', 'transport must be websocket');
    await this.budgets.takeHandshake(socket.request);
    const { session, user } = await this.authenticator.authenticate(socket);
    await this.budgets.admit(socket, session.id, user.id);
    socket.data = { sessionId: session.id, tokenHash: session.tokenHash, userId: user.id, tabId, revision: 0 };
  }
}
