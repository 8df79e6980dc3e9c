import { HEADERS } from '../../src/protocol/http';
import { writeCsrfMeta } from '../core/csrf-meta';
import type { SessionSync } from '../core/session-sync';
import { observePage } from './page';

/**
 * Keeps the session's token in `<meta name="csrf-token">` when a router replaces the head: a restored or fetched page
 * may have no token, or an old one.
 */
export function startCsrfMeta(sync: SessionSync): void {
  const update = () => {
    const token = sync.getState() && sync.headers()[HEADERS.csrf];
    if (token) writeCsrfMeta(token);
  };
  sync.on('sessionStateChanged', update);
  observePage(update);
}
