/** What an administrator reads. */
import type { DeviceView } from './http';

export interface AdminSessionView extends DeviceView {
  user: { id: number; username: string };
}

export interface AdminSessionsView {
  sessions: AdminSessionView[];
  /** For `before` of the next page; null on the last one. */
  next_before: string | null;
}

/** Of all nodes that are up. */
export interface PerformanceView {
  /** Counts are sums; each percentile is that of the node where it is worst. */
  operations: OperationReport[];
  nodes: {
    id: string;
    host: string;
    pid: number;
    started_at: string;
    sockets: number;
    operations: OperationReport[];
  }[];
}

/** How long an operation takes. */
export interface OperationReport {
  operation: string;
  count: number;
  errors: number;
  /** Milliseconds, as all that follow. */
  p50: number;
  p95: number;
  p99: number;
  max: number;
}
