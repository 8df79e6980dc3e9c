/** Which sessions have an open socket on any node. Implemented by the gateway, which has the sockets. */
export class Presence {
  /** @returns those of `sessionIds` with an open socket on any node that answers in time */
  online: (sessionIds: readonly string[]) => Promise<Set<string>> = async () => new Set();
}
