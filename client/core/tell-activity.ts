import type { ExtendedView } from '../../src/protocol/http';
import type { Api } from './api';
import { errorCodeOf, isSessionOver } from './errors';
import type { Inbox } from './inbox';
import type { Line } from './line/line';

/**
 * Tells the server that there is a person: by the socket where this tab has it, else over HTTP.
 * @param confirm the server says that the session is over, and HTTP has the last word
 */
export async function tellActivity(line: Line, api: Api, inbox: Inbox, confirm: () => void): Promise<void> {
  const { sessionId } = inbox;
  try {
    const answer = line.connected
      ? await line.activity()
      : await api.request<ExtendedView>('POST', '/api/session/extend', { body: {} });
    if (isSessionOver(errorCodeOf(answer))) return confirm();
    if (!errorCodeOf(answer)) inbox.deadlines(answer as ExtendedView, sessionId);
  } catch {
    // The next doing will try again; a session that is over shows itself there or in the next reading.
  }
}
