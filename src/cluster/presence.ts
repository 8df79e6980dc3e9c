/** Which sessions have a socket open on any node. The gateway, which has the sockets, provides the look-up. */
export class Presence {
  /** @returns those of `sessionIds` that have a socket open on any node that answers in time */
  online: (sessionIds: readonly string[]) => Promise<Set<string>> = async () => new Set();
}
