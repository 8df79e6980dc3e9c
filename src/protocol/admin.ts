/** What an administrator reads. */
import type { DeviceView, Role } from './http';

export interface AdminSessionView extends DeviceView {
  user: { id: number; username: string };
}

export interface AdminSessionsView {
  sessions: AdminSessionView[];
  /** For `before` of the next page; null on the last one. */
  next_before: string | null;
}

export interface AdminUserView {
  id: number;
  username: string;
  email: string;
  role: Role;
  /** False: an administrator has shut the account. */
  is_active: boolean;
  created_at: string;
  /** That may be used now. */
  sessions: number;
  platforms: number;
}

export interface AdminUsersView {
  users: AdminUserView[];
  /** For `before_id` of the next page; null on the last one. */
  next_before_id: number | null;
}

/** What an administrator looks at first. */
export interface OverviewView {
  people: number;
  live_sessions: number;
  posts_waiting: number;
  /** Those that refuse a connection, do not answer, or have refused a post within a day. */
  failing_instances: FailingInstanceView[];
  /** The last 24, the current one last; none is left out. */
  hours: HourView[];
}

export interface FailingInstanceView {
  instance_url: string;
  connections: number;
  /** Of them, those that need another sign-in there. */
  refused: number;
  /** How often in a row it has not answered, for the connection where that is worst. */
  unanswered: number;
  failed_posts: number;
}

export interface HourView {
  /** When it began. */
  at: string;
  published: number;
  failed: number;
  sign_ins: number;
  failed_sign_ins: number;
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
