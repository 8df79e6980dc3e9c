import { HEADERS } from '../../src/protocol/http';
import { writeCsrfMeta } from '../core/csrf-meta';
import type { SessionSync } from '../core/session-sync';
import { observePage } from './page';

/**
 * Keeps `<meta name="csrf-token">` at the session's token, whatever a router makes of the head: a restored or fetched
 * page may come with none, or with an old one.
 */
export function startCsrfMeta(sync: SessionSync): void {
  const update = () => {
    const token = sync.getState() && sync.headers()[HEADERS.csrf];
    if (token) writeCsrfMeta(token);
  };
  sync.on('sessionStateChanged', update);
  observePage(update);
}
