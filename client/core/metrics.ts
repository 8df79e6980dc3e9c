/** Counters of one tab, for diagnosis. */
export interface PerformanceMetrics {
  /** Sockets that this tab has opened, including the first. */
  connects: number;
  disconnects: number;
  /** Events and states with new content. */
  applied: number;
  /** Events and states that were outdated or repeated. */
  dropped: number;
  /** Number of times that a revision was missing. */
  gaps: number;
  syncs: number;
  failedSyncs: number;
  /** Milliseconds from request to response; null before the first. */
  lastSyncMs: number | null;
  /** Milliseconds from the commit of the newest switch to its arrival, by our estimate of the server's clock. */
  lastPushMs: number | null;
  /** Pushes reach this tab, by its own socket or by the leader's. */
  connected: boolean;
  /** This tab owns the socket. */
  leader: boolean;
  /** Number of times that this tab became the leader of the browser's tabs. */
  takeovers: number;
  revision: number;
}

export function emptyMetrics(): PerformanceMetrics {
  return {
    connects: 0,
    disconnects: 0,
    applied: 0,
    dropped: 0,
    gaps: 0,
    syncs: 0,
    failedSyncs: 0,
    lastSyncMs: null,
    lastPushMs: null,
    connected: false,
    leader: false,
    takeovers: 0,
    revision: 0,
  };
}
