import { Injectable } from '@nestjs/common';
import type { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { SessionService } from '../session/session.service';
import type { AppSocket } from './socket-types';

/** Tells one socket that its session is over, and closes it: for those that the push has not reached. */
@Injectable()
export class SocketTerminator {
  constructor(
    private readonly sessions: SessionService,
    private readonly clock: Clock,
  ) {}

  /** @param refusal why a message of this socket was refused: 401 */
  async close(socket: AppSocket, refusal: AppError): Promise<void> {
    const { sessionId } = socket.data;
    // A session that has just run out says so here before any row does.
    const reason = refusal.options.reason ?? (await this.sessions.endReason(sessionId).catch(() => null));
    // Of many messages that are refused at once, the first one says it.
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
