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
