/** Unsafe requests must come from our own pages, or from a client that is not a browser. */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../common/app-error';
import type { Config } from '../common/config';

export const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether pages of this origin may send requests. Callers without an Origin header are not browsers.
 * @param host the request's Host, which counts as ours outside production
 */
export function isOwnOrigin(config: Config, origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  if (origin === config.publicOrigin || config.allowedOrigins.includes(origin)) return true;
  return !config.production && host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** @throws AppError ORIGIN_REFUSED */
export function requireOwnOrigin(config: Config, headers: IncomingHttpHeaders): void {
  const { origin, host, 'sec-fetch-site': site } = headers;
  const ownSite = site === undefined || site === 'same-origin' || site === 'none';
  const known = origin !== undefined && isOwnOrigin(config, origin, host);
  if (!known && !(ownSite && origin === undefined)) throw new AppError('ORIGIN_REFUSED');
}
