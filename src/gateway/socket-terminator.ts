import { Injectable } from '@nestjs/common';
import type { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { SessionLifecycleService } from '../session/session-lifecycle.service';
import type { AppSocket } from './socket-types';

/** Sends `session:ended` to one socket and closes it: for sockets that the push did not reach. */
@Injectable()
export class SocketTerminator {
  constructor(
    private readonly sessions: SessionLifecycleService,
    private readonly clock: Clock,
  ) {}

  /** @param refusal the 401 error of a rejected message */
  async close(socket: AppSocket, refusal: AppError): Promise<void> {
    const { sessionId } = socket.data;
    // The error of an expired session has the reason before the row does.
    const reason = refusal.options.reason ?? (await this.sessions.endReason(sessionId).catch(() => null));
    // Only the first of concurrent rejected messages sends it.
    if (socket.disconnected) return;
    socket.emit('session:ended', {
      session_id: sessionId,
      reason: reason ?? 'revoked',
      error_code: refusal.code,
      at: this.clock.now().toISOString(),
    });
    socket.disconnect(true);
  }
}
