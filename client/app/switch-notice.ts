import type { DeviceView } from '../../src/protocol/http';
import type { PlatformSwitchedDetail } from '../core/event-details';
import { messageOf } from '../elements/error-messages';
import { deviceName } from '../elements/format';
import { notify } from '../elements/notify';
import { session } from '../elements/session';

/** One key for all switches: a newer notice replaces the older one. */
const KEY = 'switched';
/** Long enough to be read by a user who is looking at another window at that moment. */
const SHOWN_MS = 15_000;

/** Shows a notice for a switch made on another device, with the name of that device and an undo button. */
export function announceSwitchesElsewhere(): void {
  session.on('platformSwitched', (detail) => {
    const { originSessionId } = detail;
    const isElsewhere = originSessionId !== null && originSessionId !== session.getState()?.session.id;
    if (isElsewhere && detail.platformId !== null) void announce(detail, originSessionId);
  });
}

async function announce({ platformId, platformName, previousPlatformId }: PlatformSwitchedDetail, origin: string) {
  const options = { background: true };
  const list = session.request<{ sessions: DeviceView[] }>('GET', '/api/sessions', options).catch(() => null);
  const device = (await list)?.sessions.find(({ id }) => id === origin);
  // The session has switched again since.
  if (session.getState()?.platform?.id !== platformId) return;
  const undo = () => {
    if (previousPlatformId === null) return;
    session.switchPlatform(previousPlatformId).catch((error: unknown) => notify(messageOf(error), 'error'));
  };
  notify(`Switched to ${platformName} on ${device ? deviceName(device) : 'another device'}.`, 'info', {
    key: KEY,
    duration: SHOWN_MS,
    ...(previousPlatformId !== null && { action: { label: 'Undo', run: undo } }),
  });
}
