import type { AuditEventView, AuditType } from '../../../src/protocol/audit';

/** The events of one day, newest first; repeated events in a row form one group. */
export interface ActivityDay {
  /** Midnight in the time zone of this browser; milliseconds since 1970. */
  start: number;
  groups: AuditEventView[][];
}

/** Types of which several events in a row are shown as one group. */
const REPEATED: readonly AuditType[] = ['platform_switched', 'post_written', 'alt_text_changed', 'sign_in_failed'];

export function groupActivity(events: readonly AuditEventView[]): ActivityDay[] {
  const days: ActivityDay[] = [];
  for (const event of events) {
    const start = new Date(event.at).setHours(0, 0, 0, 0);
    if (days.at(-1)?.start !== start) days.push({ start, groups: [] });
    const { groups } = days.at(-1)!;
    const last = groups.at(-1);
    if (last && isSameDoing(last[0]!, event)) last.push(event);
    else groups.push([event]);
  }
  return days;
}

/** True for events of the same device; for posts and descriptions the platform must be the same, too. */
function isSameDoing(one: AuditEventView, other: AuditEventView): boolean {
  const isSwitch = one.type === 'platform_switched';
  return (
    REPEATED.includes(one.type) &&
    one.type === other.type &&
    one.session_id === other.session_id &&
    one.device === other.device &&
    one.ip_address === other.ip_address &&
    (isSwitch || one.platform_id === other.platform_id)
  );
}
