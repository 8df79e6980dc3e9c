import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { ErrorCode } from '../protocol/errors';
import type { EndReason } from '../protocol/events';
import { SessionService } from '../session/session.service';
import type { AppSocket } from './socket-types';

/** Tells one socket that its session is over, and closes it: for those that the push has not reached. */
@Injectable()
export class SessionEnding {
  private readonly closing = new WeakSet<AppSocket>();

  constructor(
    private readonly sessions: SessionService,
    private readonly clock: Clock,
  ) {}

  close(socket: AppSocket, code: ErrorCode): void {
    // Of many messages that are refused at once, the first one says it.
    if (this.closing.has(socket)) return;
    this.closing.add(socket);
    const { sessionId } = socket.data;
    this.sessions
      .endReason(sessionId)
      .catch(() => null)
      .then((reason: EndReason | null) => {
        socket.emit('session:ended', {
          session_id: sessionId,
          reason: reason ?? 'revoked',
          error_code: code,
          at: this.clock.now().toISOString(),
        });
        socket.disconnect(true);
      });
  }
}
