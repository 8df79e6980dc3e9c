/** Wire types for administrators. */
import type { DeviceView, Role } from './http';

export interface AdminSessionView extends DeviceView {
  user: { id: number; username: string };
}

export interface AdminSessionsView {
  sessions: AdminSessionView[];
  /** Value of `before` for the next page; null on the last page. */
  next_before: string | null;
}

export interface AdminUserView {
  id: number;
  username: string;
  email: string;
  role: Role;
  /** False: an administrator has disabled the account. */
  is_active: boolean;
  created_at: string;
  /** Number of live sessions. */
  sessions: number;
  platforms: number;
}

export interface AdminUsersView {
  users: AdminUserView[];
  /** Value of `before_id` for the next page; null on the last page. */
  next_before_id: number | null;
}

/** Data of the administration's start page. */
export interface OverviewView {
  people: number;
  live_sessions: number;
  posts_waiting: number;
  /** Instances that reject a token, do not answer, or have refused a post within a day. */
  failing_instances: FailingInstanceView[];
  /** The last 24 hours without gaps, the current one last. */
  hours: HourView[];
}

export interface FailingInstanceView {
  instance_url: string;
  connections: number;
  /** Connections that must be connected again. */
  refused: number;
  /** Consecutive failed checks; the maximum of all connections. */
  unanswered: number;
  failed_posts: number;
}

export interface HourView {
  /** Start of the hour. */
  at: string;
  published: number;
  failed: number;
  sign_ins: number;
  failed_sign_ins: number;
}

/** Performance of all running nodes. */
export interface PerformanceView {
  /** Counts are sums, percentiles the maximum of all nodes. */
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

/** Durations of an operation. */
export interface OperationReport {
  operation: string;
  count: number;
  errors: number;
  /** ms, as all following fields. */
  p50: number;
  p95: number;
  p99: number;
  max: number;
}
