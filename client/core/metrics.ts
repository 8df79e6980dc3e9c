/** Counters of one tab, for diagnosis. */
export interface PerformanceMetrics {
  /** Sockets that this tab opened, the first included. */
  connects: number;
  disconnects: number;
  /** Events and states that told something new. */
  applied: number;
  /** Old or repeated ones. */
  dropped: number;
  /** Times that something between was missing. */
  gaps: number;
  syncs: number;
  failedSyncs: number;
  /** Milliseconds from the question to the answer; null before the first. */
  lastSyncMs: number | null;
  /** Milliseconds from the commit of the newest switch to this tab, by the server's clock as we know it. */
  lastPushMs: number | null;
  /** What the server says gets here at once: by this tab's socket, or by way of the leader. */
  connected: boolean;
  /** This tab has the socket. */
  leader: boolean;
  /** Times that it became the leader of the browser's tabs. */
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
