import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { AddressSlots } from '../cluster/address-slots';
import { RATE_BUDGETS, SOCKET_BUDGETS } from '../cluster/budgets';
import { type Throttle, Throttles } from '../cluster/throttle';
import { AppError } from '../common/app-error';
import { CONFIG, type Config } from '../common/config';
import { SlotCounter } from '../common/slot-counter';
import { toAppError } from '../common/to-app-error';
import { clientAddress } from '../http/client-address';
import type { ErrorBody } from '../protocol/errors';
import type { AppSocket } from './socket-types';

/** Retry-After for a client that has too many sockets. */
const RETRY_AFTER_SECONDS = 30;
/** After so many refused messages a socket is closed: to go on answering costs more than the messages themselves. */
const MAX_REFUSALS = 20;
/** By then Socket.IO has closed connections that joined no namespace; one that is left belongs to a host's namespace. */
const NAMESPACE_JOIN_TIMEOUT_MS = 45_000;

/** Limits sockets and messages per user, session and address on this node. */
@Injectable()
export class SocketBudgets {
  private readonly handshakes: Throttle;
  private readonly handshakesOfSession: Throttle;
  private readonly messages: Throttle;
  private readonly perSession = new SlotCounter<string>(SOCKET_BUDGETS.perSession);
  private readonly perPerson = new SlotCounter<number>(SOCKET_BUDGETS.perPerson);
  private readonly withoutSession = new AddressSlots(SOCKET_BUDGETS.withoutSessionPerAddress);
  /** By the request that opened them: connections that count as without a session, and how that ends. */
  private readonly anonymous = new WeakMap<IncomingMessage, () => void>();

  constructor(
    private readonly throttles: Throttles,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.handshakes = throttles.createByAddress(RATE_BUDGETS.handshakesPerAddress);
    this.handshakesOfSession = throttles.create(RATE_BUDGETS.handshakesPerSession);
    this.messages = throttles.create(RATE_BUDGETS.messagesPerSession);
  }

  /**
   * Counts a new connection as one without a session, until `admit`.
   * @returns false if the address has too many of them
   */
  openConnection(request: IncomingMessage): boolean {
    if (!this.throttles.enabled) return true;
    const freeSlot = this.withoutSession.take(this.addressOf(request));
    if (!freeSlot) return false;
    const release = () => {
      clearTimeout(timer);
      if (this.anonymous.delete(request)) freeSlot();
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

  /**
   * Refuses messages past the budget before anything handles them; a client that waits for an answer gets one, and is
   * disconnected after too many refusals.
   */
  limitMessages(socket: AppSocket): void {
    if (!this.throttles.enabled) return;
    let refusals = 0;
    socket.use((packet, next) => {
      this.messages.take(socket.data.sessionId).then(
        () => next(),
        (thrown: unknown) => {
          if (++refusals > MAX_REFUSALS) return void socket.conn.close();
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
