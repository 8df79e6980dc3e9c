import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { RATE_BUDGETS, SOCKET_BUDGETS } from '../cluster/budgets';
import { type Throttle, Throttles } from '../cluster/throttle';
import { throttleKey } from '../cluster/throttle-key';
import { AppError } from '../common/app-error';
import { CONFIG, type Config } from '../common/config';
import { SlotCounter } from '../common/slot-counter';
import { toAppError } from '../common/to-app-error';
import { clientAddress } from '../http/client-address';
import type { ErrorBody } from '../protocol/errors';
import type { AppSocket } from './socket-types';

/** Retry-After for a client that has too many sockets. */
const RETRY_AFTER_SECONDS = 30;
/**
 * By then Socket.IO has closed connections that joined no namespace; the remaining ones belong to a host's namespace.
 */
const NAMESPACE_JOIN_TIMEOUT_MS = 45_000;

/** Limits sockets and messages per user, session and address on this node. */
@Injectable()
export class SocketBudgets {
  private readonly handshakes: Throttle;
  private readonly handshakesOfSession: Throttle;
  private readonly messages: Throttle;
  private readonly perSession = new SlotCounter<string>(SOCKET_BUDGETS.perSession);
  private readonly perPerson = new SlotCounter<number>(SOCKET_BUDGETS.perPerson);
  private readonly withoutSession = new SlotCounter<string>(SOCKET_BUDGETS.withoutSessionPerAddress);
  /** Releases the slot of a connection without a session, by the request that opened it. */
  private readonly anonymous = new WeakMap<IncomingMessage, () => void>();

  constructor(
    private readonly throttles: Throttles,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.handshakes = throttles.createByAddress(RATE_BUDGETS.handshakesPerAddress);
    this.handshakesOfSession = throttles.create(RATE_BUDGETS.handshakesPerSession);
    this.messages = throttles.create(RATE_BUDGETS.messagesPerSocket);
  }

  /**
   * Counts a new connection as one without a session, until `admit`.
   * @returns false if the address has too many of them
   */
  openConnection(request: IncomingMessage): boolean {
    if (!this.throttles.enabled) return true;
    const key = throttleKey(this.addressOf(request));
    if (!this.withoutSession.take(key)) return false;
    const release = () => {
      clearTimeout(timer);
      if (this.anonymous.delete(request)) this.withoutSession.release(key);
    };
    const timer = setTimeout(release, NAMESPACE_JOIN_TIMEOUT_MS).unref();
    this.anonymous.set(request, release);
    onceClosed(request, release);
    return true;
  }

  /** Counts a handshake, before any database query. @throws AppError RATE_LIMITED */
  takeHandshake(request: IncomingMessage): Promise<void> {
    return this.handshakes.take(this.addressOf(request));
  }

  /** Counts a socket of a live session until its connection closes. @throws AppError RATE_LIMITED */
  async admit({ request }: Pick<AppSocket, 'request'>, sessionId: string, userId: number): Promise<void> {
    if (!this.throttles.enabled) return;
    await this.handshakesOfSession.take(sessionId);
    if (!this.perSession.take(sessionId)) throw tooManySockets();
    if (!this.perPerson.take(userId)) {
      this.perSession.release(sessionId);
      throw tooManySockets();
    }
    onceClosed(request, () => {
      this.perSession.release(sessionId);
      this.perPerson.release(userId);
    });
    this.anonymous.get(request)?.();
  }

  /** Rejects messages over the limit before they are handled, and answers their acknowledgements. */
  watchMessages(socket: AppSocket): void {
    if (!this.throttles.enabled) return;
    socket.use((packet, next) => {
      this.messages.take(socket.id).then(
        () => next(),
        (thrown: unknown) => {
          const answer: unknown = packet.at(-1);
          if (typeof answer === 'function') (answer as (body: ErrorBody) => void)(toAppError(thrown).toBody());
        },
      );
    });
  }

  private addressOf(request: IncomingMessage): string {
    return clientAddress(request, this.config.trustProxy);
  }
}

/** The client may have disconnected during a lookup. */
function onceClosed({ socket }: IncomingMessage, release: () => void): void {
  if (socket.destroyed) release();
  else socket.once('close', release);
}

function tooManySockets(): AppError {
  return new AppError('RATE_LIMITED', { retryAfter: RETRY_AFTER_SECONDS });
}
