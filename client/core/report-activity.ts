import type { ExtendedView } from '../../src/protocol/http';
import type { Api } from './api';
import { errorCodeOf, isSessionOver } from './errors';
import type { StateUpdater } from './state-updater';
import type { TabChannel } from './tab-channel/tab-channel';

/**
 * Reports user activity to the server: by the socket if this tab has it, else over HTTP.
 * @param confirm called when the socket says that the session is over: verifies that over HTTP
 */
export async function reportActivity(
  channel: TabChannel,
  api: Api,
  updater: StateUpdater,
  confirm: () => void,
): Promise<void> {
  const { sessionId } = updater;
  try {
    const answer = channel.connected
      ? await channel.activity()
      : await api.request<ExtendedView>('POST', '/api/session/extend', { body: {} });
    if (isSessionOver(errorCodeOf(answer))) return confirm();
    if (!errorCodeOf(answer)) updater.applyDeadlines(answer as ExtendedView, sessionId);
  } catch {
    // The next activity retries; the end of a session is detected there or by the next read.
  }
}
