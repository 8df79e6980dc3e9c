import type { ExtendedView } from '../../src/protocol/http';
import type { Api } from './api';
import { errorCodeOf, isSessionOver } from './errors';
import type { StateUpdater } from './state-updater';
import type { TabChannel } from './tab-channel/tab-channel';

/**
 * Tells the server that there is a person: by the socket where this tab has it, else over HTTP.
 * @param confirm the server says that the session is over, and a request over HTTP confirms it
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
    // The next activity tries again; an ended session shows there or in the next read.
  }
}
