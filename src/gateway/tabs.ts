import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { UnitOfWork } from '../database/unit-of-work';
import { SessionRepository } from '../session/session.repository';
import { type AppNamespace, sessionRoom, userRoom } from './socket-types';

/** A set of tabs, on any node. */
export interface TabTarget {
  /**
   * Sends `app:message`, which the page gets as the window event `appMessage` with detail `{name, payload}`.
   * Resolves when the message has been handed to the sockets, not when a tab has received it.
   * @param payload any JSON value; null by default
   * @throws AppError DATABASE_ERROR, by `ofPlatform` only
   */
  emit(name: string, payload?: unknown): Promise<void>;
}

/** Sends a host's messages to the open tabs of its users. A message sent while Redis is unavailable is lost. */
@Injectable()
export class Tabs {
  private namespace: AppNamespace | undefined;

  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: SessionRepository,
    private readonly clock: Clock,
  ) {}

  start(namespace: AppNamespace): void {
    this.namespace = namespace;
  }

  /** All tabs of a user. */
  ofUser(userId: number): TabTarget {
    return this.target(async () => [userRoom(userId)]);
  }

  /** The tabs of one session, i.e. of one browser. */
  ofSession(sessionId: string): TabTarget {
    return this.target(async () => [sessionRoom(sessionId)]);
  }

  /** The tabs of those sessions of a user that are on this platform. */
  ofPlatform(userId: number, platformId: number): TabTarget {
    return this.target(async () => {
      const live = await this.work.read((em) => this.sessions.listLive(em, userId, this.clock.now()));
      return live.filter((row) => row.activePlatformId === platformId).map((row) => sessionRoom(row.id));
    });
  }

  private target(findRooms: () => Promise<string[]>): TabTarget {
    return {
      emit: async (name, payload = null) => {
        const rooms = await findRooms();
        // An empty list of rooms would address every socket.
        if (rooms.length > 0) this.namespace?.to(rooms).emit('app:message', { name, payload });
      },
    };
  }
}
