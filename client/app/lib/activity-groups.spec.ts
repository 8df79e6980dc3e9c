import type { AuditEventView, AuditType } from '../../../src/protocol/audit';
import { groupActivity } from './activity-groups';

const event = (id: number, type: AuditType, more: Partial<AuditEventView> = {}): AuditEventView => ({
  id,
  at: new Date(2026, 10, 30, 12, id).toISOString(),
  type,
  session_id: 's1',
  device: 'Firefox on Linux',
  ip_address: '192.0.2.1',
  platform_id: 1,
  platform_name: 'Town Square',
  reason: null,
  ...more,
});
const ids = (events: AuditEventView[]) =>
  groupActivity(events).map(({ groups }) => groups.map((each) => each.map(({ id }) => id)));

it('splits the days by the time zone of the browser', () => {
  const late = event(1, 'sign_in', { at: new Date(2026, 10, 29, 23, 59, 59).toISOString() });
  const days = groupActivity([event(2, 'sign_in'), late]);
  expect(days.map(({ start }) => start)).toEqual([+new Date(2026, 10, 30), +new Date(2026, 10, 29)]);
});

it.each<[string, AuditEventView[], number[][]]>([
  [
    'switches in a row, wherever they led',
    [event(3, 'platform_switched'), event(2, 'platform_switched', { platform_id: 2 })],
    [[3, 2]],
  ],
  ['posts on one platform', [event(3, 'post_written'), event(2, 'post_written')], [[3, 2]]],
  ['no posts on two platforms', [event(3, 'post_written'), event(2, 'post_written', { platform_id: 2 })], [[3], [2]]],
  [
    'nothing of two devices',
    [event(3, 'platform_switched'), event(2, 'platform_switched', { session_id: 's2' })],
    [[3], [2]],
  ],
  [
    'nothing with something else between',
    [event(3, 'post_written'), event(2, 'sign_in'), event(1, 'post_written')],
    [[3], [2], [1]],
  ],
  ['no sign-ins: each one counts', [event(3, 'sign_in'), event(2, 'sign_in')], [[3], [2]]],
])('groups %s', (_, events, groups) => {
  expect(ids(events)).toEqual([groups]);
});

it('has no days without events', () => {
  expect(groupActivity([])).toEqual([]);
});
