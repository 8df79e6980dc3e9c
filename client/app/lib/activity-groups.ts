import type { AuditEventView, AuditType } from '../../../src/protocol/audit';

/** What was done on one day, newest first; what was done several times in a row stands together. */
export interface ActivityDay {
  /** Its midnight, by the clock of this browser; milliseconds since 1970. */
  start: number;
  groups: AuditEventView[][];
}

/** One by one they say no more than together. */
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

/** By the same device; posts and descriptions also on the same platform. */
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
